#!/usr/bin/env python3
"""The plain forms of wav2vec2-base that bench/pretrained.ts is measured against: torch.onnx's export, and PyTorch itself.

Needs Debian's python3-torch and python3-torchaudio. Weights are random: speed does not depend on them.

  pretrained.py export PLAIN.onnx     standard ONNX operators, float32, samples -> last layer
  pretrained.py time [THREADS]        milliseconds per forward pass in PyTorch, eager, for 2, 6 and 15 s
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402
import torchaudio  # noqa: E402

model = torchaudio.models.wav2vec2_base(aux_num_out=None).eval()
torch.nn.utils.remove_weight_norm(model.encoder.transformer.pos_conv_embed.conv)
model.requires_grad_(False)
torch.set_grad_enabled(False)


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, samples):
        return self.model(samples)[0]


if sys.argv[1] == "export":
    torch.onnx.export(
        Encoder(), torch.randn(1, 32000), sys.argv[2], opset_version=17, input_names=["input_values"],
        output_names=["last_hidden_state"],
        dynamic_axes={"input_values": {1: "samples"}, "last_hidden_state": {1: "frames"}})
else:
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    for seconds in (2, 6, 15):
        samples, times = torch.randn(1, 16000 * seconds), []
        for _ in range(5):
            start = time.perf_counter()
            model(samples)
            times.append(1000 * (time.perf_counter() - start))
        print(json.dumps(dict(seconds=seconds, milliseconds=round(sorted(times)[2], 1))))
