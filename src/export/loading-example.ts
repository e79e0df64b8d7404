/**
 * The script that goes beside head.safetensors: NumPy alone, from tables of `golem embed` to the golem's probabilities.
 *
 * The tensors are those of torch.nn.Linear: `torch.from_numpy` and `load_state_dict` take weight and bias as they are.
 * Must not know: files, any one golem; it reads golem.json when it runs.
 */

/** Name of the script in the folder. */
export const loadingExampleFile = "predict.py";

/** Python 3 with NumPy; run as `python3 predict.py ENCODER=TABLE.npz ...`, prints one JSON line a recording. */
export const loadingExample = `# python3 predict.py ENCODER=TABLE.npz ...   one table of \`golem embed --encoder ENCODER\` for each encoder
import json, os, sys
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
golem = json.load(open(os.path.join(here, "golem.json"), encoding="utf-8"))
raw = open(os.path.join(here, "head.safetensors"), "rb").read()
start = 8 + int.from_bytes(raw[:8], "little")
spans = {name: t for name, t in json.loads(raw[8:start]).items() if name != "__metadata__"}
head = {name: np.frombuffer(raw, "<f4", (t["data_offsets"][1] - t["data_offsets"][0]) // 4, start + t["data_offsets"][0])
        .reshape(t["shape"]).astype("f8") for name, t in spans.items()}
tables = {encoder: np.load(file) for encoder, file in (given.split("=", 1) for given in sys.argv[1:])}

def log_softmax(x):
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))

several, total = len(golem["views"]) > 1, 0
for i, (view, meta) in enumerate(zip(golem["views"], golem["heads"])):
    layer = f"layer_{view['layer']}"
    own = f"{view['encoder']}/{layer}/" if several else ""
    x = (tables[view["encoder"]][layer][:, :meta["features"]] - head[own + "mean"]) / head[own + "scale"]
    if meta["normalise"]: x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300)
    steps = [""] if own + "weight" in head else [f"{2 * n}." for n in range(99) if f"{own}{2 * n}.weight" in head]
    for n, step in enumerate(steps):  # each is a torch.nn.Linear: weight [outputs, inputs], bias [outputs]
        x = (np.maximum(x, 0) if n else x) @ head[own + step + "weight"].T + head[own + step + "bias"]
    total = total + (head["fusion/weight"][i] if several else 1) * log_softmax(x)
for file, row in zip(next(iter(tables.values()))["file"], np.exp(log_softmax(total))):
    print(json.dumps({"file": str(file), "scores": dict(zip(golem["labels"], row.tolist()))}))
`;
