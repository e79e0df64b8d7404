/**
 * Export format `safetensors`: the golem's files, and scripts that compute the golem's probabilities from
 * tables of embeddings (`golem embed`), with NumPy only or with PyTorch.
 *
 * The tensors have the layout of torch.nn.Linear. A golem without words has only layer views.
 */
import type { PublicGolem } from "../golem/public-golem.ts";
import { checkWordless, type ExportedFiles } from "./exported-files.ts";

const read = `here = pathlib.Path(__file__).parent
golem, raw = json.loads((here / "golem.json").read_text("utf-8")), (here / "head.safetensors").read_bytes()
start = 8 + int.from_bytes(raw[:8], "little")
tables = {encoder: np.load(file) for encoder, file in (given.split("=", 1) for given in sys.argv[1:])}`;

const eachView = `for i, (view, meta) in enumerate(zip(golem["views"], golem["heads"])):
    layer = f"layer_{view['layer']}"
    own = f"{view['encoder']}/{layer}/" if len(golem["views"]) > 1 else ""`;

/** Linear layers in order, with a ReLU between them. */
const eachStep = `    for step in [s for s in ["", *(f"{2 * n}." for n in range(50))] if f"{own}{s}weight" in head]:`;

const print = `    print(json.dumps({"file": str(file), "scores": dict(zip(golem["labels"], row.tolist()))}))
`;

const numpyExample = `# python3 predict.py ENCODER=TABLE.npz ...   one table of \`golem embed --encoder ENCODER\` for each encoder
import json, pathlib, sys
import numpy as np
${read}
head = {name: np.frombuffer(raw[start:][slice(*t["data_offsets"])], "<f4").reshape(t["shape"]).astype("f8")
        for name, t in json.loads(raw[8:start]).items() if name != "__metadata__"}
total, log_softmax = 0, lambda x: x - np.logaddexp.reduce(x, axis=1, keepdims=True)
${eachView}
    x = (tables[view["encoder"]][layer][:, : meta["features"]] - head[own + "mean"]) / head[own + "scale"]
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300) if meta["normalise"] else x
${eachStep}
        x = (np.maximum(x, 0) if step > "0." else x) @ head[f"{own}{step}weight"].T + head[f"{own}{step}bias"]
    total = total + head.get("fusion/weight", [1])[i] * log_softmax(x)
for file, row in zip(next(iter(tables.values()))["file"], np.exp(log_softmax(total))):
${print}`;

const torchExample = `# python3 predict_torch.py ENCODER=TABLE.npz ...   the same with torch.nn.Linear
import json, pathlib, sys
import numpy as np, torch
torch.set_grad_enabled(False)
${read}
head = {name: torch.from_numpy(np.frombuffer(raw[start:][slice(*t["data_offsets"])], "<f4").astype("f8")).view(t["shape"])
        for name, t in json.loads(raw[8:start]).items() if name != "__metadata__"}
total = 0
${eachView}
    x = (torch.from_numpy(tables[view["encoder"]][layer])[:, : meta["features"]] - head[own + "mean"]) / head[own + "scale"]
    x = torch.nn.functional.normalize(x, eps=1e-300) if meta["normalise"] else x
${eachStep}
        linear = torch.nn.Linear(*head[f"{own}{step}weight"].T.shape, dtype=torch.float64)
        linear.load_state_dict({part: head[f"{own}{step}{part}"] for part in ("weight", "bias")})
        x = linear(x.relu() if step > "0." else x)
    total = total + head.get("fusion/weight", [1])[i] * x.log_softmax(1)
for file, row in zip(next(iter(tables.values()))["file"], total.softmax(1)):
${print}`;

/**
 * Python 3 scripts by name. Run as `python3 predict.py ENCODER=TABLE.npz ...`, they print one JSON line per
 * recording. They read golem.json when they run, so the scripts are the same for all golems.
 */
const predictionScripts: Readonly<Record<"predict.py" | "predict_torch.py", string>> = {
  "predict.py": numpyExample,
  "predict_torch.py": torchExample,
};

/** Creates the files and notes for the user. Throws `invalid-option` for golems that use words. */
export function exportSafetensors({ model }: PublicGolem): {
  readonly files: ExportedFiles;
  readonly notes: readonly string[];
} {
  const { document } = model;
  checkWordless(document, "what `golem embed` writes");
  const encoders = [...new Set(document.views.map(({ encoder }) => encoder))];
  const tables = encoders.map((id) => `${id}=TABLE.npz`).join(" ");
  return {
    files: { ...model.encode(), ...predictionScripts },
    notes: [
      `Create tables with golem embed DATA --encoder ENCODER --out TABLE.npz, then run python3 predict.py ${tables} (with PyTorch: predict_torch.py)`,
    ],
  };
}
