/**
 * The script of /docs: inserts the server's address into the samples, copies them, fills in a golem's name,
 * and sends the forms under "Try it".
 *
 * Answers are shown as text, never as markup. Without the script, the page is complete except for the forms.
 */

/** Writes the source of the script. `sampleOrigin`: the address in the samples. */
export const writeDocsScript = (sampleOrigin: string): string => `
const key = document.getElementById("key");
const headers = () => (key.value ? { "x-api-key": key.value } : {});
for (const pre of document.querySelectorAll("pre.sample")) {
  pre.textContent = pre.textContent.replaceAll(${JSON.stringify(sampleOrigin)}, location.origin)
    .replaceAll(${JSON.stringify(sampleOrigin.replace("http", "ws"))}, location.origin.replace("http", "ws"));
}
for (const button of document.querySelectorAll("button.copy")) {
  const pre = button.parentElement.nextElementSibling;
  button.addEventListener("click", async () => {
    // Pages without encryption have no clipboard: there the text is selected, to be copied by keys.
    getSelection().selectAllChildren(pre);
    const isCopied = await navigator.clipboard?.writeText(pre.textContent).then(() => true, () => false);
    button.textContent = isCopied ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
const fill = async () => {
  const answer = await fetch("/v1/golems", { headers: headers() }).catch(() => undefined);
  const { golems = [] } = answer?.ok ? await answer.json() : {};
  const [golem] = golems;
  if (!golem) return;
  for (const field of document.querySelectorAll("input[name=id]")) field.value ||= golem.id;
  for (const pre of document.querySelectorAll("pre.sample")) {
    pre.textContent = pre.textContent.replaceAll("/my-golem", () => "/" + encodeURIComponent(golem.id));
  }
};
key.addEventListener("change", fill);
void fill();

async function listen(url, file, show) {
  const rate = Number(url.searchParams.get("rate") || 16000);
  const context = new OfflineAudioContext(1, 1, rate);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  const mono = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * rate)), rate);
  const source = mono.createBufferSource();
  source.buffer = sound;
  source.connect(mono.destination);
  source.start();
  const samples = (await mono.startRendering()).getChannelData(0);
  url.searchParams.set("format", "f32le");
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => show(data + "\\n");
  socket.onerror = () => show("The connection was refused or lost.\\n");
  socket.onopen = () => {
    for (let at = 0; at < samples.length; at += 4000) socket.send(samples.slice(at, at + 4000));
    socket.send("end");
  };
}

async function send(form) {
  const output = form.querySelector("output");
  output.textContent = "";
  const show = (text) => { output.textContent += text; };
  const { method, path } = form.dataset;
  const fields = new FormData(form);
  const file = fields.get("body");
  const url = new URL(path.replace("{id}", encodeURIComponent(fields.get("id") ?? "")), location.origin);
  for (const [name, value] of fields) {
    if (name !== "id" && name !== "body" && value !== "") url.searchParams.set(name, value);
  }
  if (path.endsWith("/listen")) return listen(url, file, show);
  const body = file ? { body: file, headers: { ...headers(), "content-type": "application/octet-stream" } } : { headers: headers() };
  const answer = await fetch(url, { method, ...body });
  show(answer.status + " " + answer.statusText + "\\n");
  if ((answer.headers.get("content-type") ?? "").includes("json") && !path.endsWith("/detect")) {
    return show(JSON.stringify(await answer.json(), null, 2));
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) show(part.value);
}

for (const form of document.querySelectorAll("form[data-path]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    await send(form).catch((error) => { form.querySelector("output").textContent += String(error); });
    button.disabled = false;
  });
}
`;
