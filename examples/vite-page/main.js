import { loadGolem } from "golem-audio/web";

const answer = document.querySelector("#answer");
const golem = await loadGolem("/golem/");
answer.textContent = `Ready: ${golem.labels.join(", ")}`;

document.querySelector("#file").addEventListener("change", async ({ target }) => {
  try {
    const { label, confidence, unknown } = await golem.predict(target.files[0]);
    answer.textContent = unknown ? "like no class" : `${label}, ${(100 * confidence).toFixed(0)} %`;
  } catch (error) {
    answer.textContent = error.message;
  }
});
