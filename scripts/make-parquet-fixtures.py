#!/usr/bin/env python3
"""Writes test/fixtures/parquet/*.parquet: 20 rows in MInDS-14's form, by pyarrow as Hugging Face's `datasets` does it.

Independent of the TypeScript code and of the writer that other tests use. Row i has intent i % 14 (none for row 5),
audio b"RIFF" + bytes([i]) * 400 (none for row 6), and speaker "s" + i % 3.
Run from the repository root; needs pyarrow."""
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

INTENTS = ["abroad", "address", "app_error", "atm_limit", "balance", "business_loan", "card_issues", "cash_deposit",
           "direct_debit", "freeze", "high_value_payment", "joint_account", "latest_transactions", "pay_bill"]
features = {
    "audio": {"sampling_rate": 8000, "_type": "Audio"},
    "intent_class": {"names": INTENTS, "_type": "ClassLabel"},
    "speaker_id": {"dtype": "string", "_type": "Value"},
}
rows = range(20)
table = pa.table({
    "audio": pa.array([
        {"bytes": None if i == 6 else b"RIFF" + bytes([i]) * 400, "path": f"response_{i}.wav"} for i in rows
    ], pa.struct({"bytes": pa.binary(), "path": pa.string()})),
    "intent_class": pa.array([None if i == 5 else i % 14 for i in rows], pa.int64()),
    "speaker_id": pa.array([f"s{i % 3}" for i in rows], pa.string()),
}).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})

folder = pathlib.Path("test/fixtures/parquet")
folder.mkdir(parents=True, exist_ok=True)
for codec in ["none", "snappy", "gzip", "brotli", "zstd"]:
    pq.write_table(table, folder / f"{codec}.parquet", row_group_size=8, compression=codec)
# As `datasets` 4 writes: pages found by an index, cut where the content says.
pq.write_table(table, folder / "indexed.parquet", row_group_size=20, data_page_size=1000, write_batch_size=2,
               write_page_index=True, use_content_defined_chunking=True, use_dictionary=False)
pq.write_table(table, folder / "pages-v2.parquet", data_page_version="2.0", version="2.6")
