#!/usr/bin/env python3
"""A run as a table: pandas with pyarrow.

  npx golem plan recordings --out run && npx golem embed --run run
  read-shards.py run
"""
import glob
import sys

import numpy as np
import pandas as pd

run = sys.argv[1] if len(sys.argv) > 1 else "run"
read = lambda part: pd.concat(pd.read_parquet(file) for file in sorted(glob.glob(f"{run}/{part}*.parquet")))  # noqa: E731
table = read("manifest").merge(read("shards/").drop(columns="shard", errors="ignore"), on="key")
embedded = table[table.error_code.isna()]
layer = np.stack(embedded["moonshine-tiny/layer_6"])
print(embedded.groupby("label").size().to_string())
print(f"{layer.shape[0]} recordings, {layer.shape[1]} numbers")
