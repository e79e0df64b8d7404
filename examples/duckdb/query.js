/**
 * SQL over a run: recordings by label, errors by code, and the recordings most like the first one.
 *
 *   npx golem plan recordings --out run && npx golem embed --run run
 *   npm install @duckdb/node-api
 *   node query.js run
 */
import { DuckDBInstance } from "@duckdb/node-api";

const [run = "run", view = "moonshine-tiny/layer_6"] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create()).connect();
const quote = (text, mark) => mark + text.replaceAll(mark, mark + mark) + mark;
// One row per recording: what was planned (label, speaker, split ...) beside what was embedded (seconds, vectors, text, error).
await connection.run(`CREATE VIEW recordings AS
  SELECT manifest.* EXCLUDE (key), shards.*
  FROM ${quote(`${run}/manifest*.parquet`, "'")} manifest JOIN ${quote(`${run}/shards/*.parquet`, "'")} shards USING (key)`);

async function print(title, sql) {
  console.log(`${title}:`);
  const reader = await connection.runAndReadAll(sql);
  for (const row of reader.getRowsJson()) console.log(`  ${row.join("  ")}`);
}

await print(
  "Recordings and seconds by label",
  `SELECT label, count(*)::INT, round(sum(seconds), 1) FROM recordings
   WHERE error_code IS NULL GROUP BY label ORDER BY label`,
);
await print(
  "Errors",
  `SELECT error_code, count(*)::INT FROM recordings
   WHERE error_code IS NOT NULL GROUP BY error_code ORDER BY error_code`,
);
const vector = quote(view, '"');
await print(
  "Most like the first recording",
  `WITH embedded AS (FROM recordings WHERE error_code IS NULL), first AS (FROM embedded ORDER BY key LIMIT 1)
   SELECT embedded.key, embedded.label, round(list_cosine_similarity(embedded.${vector}, first.${vector})::DOUBLE, 3) AS likeness
   FROM embedded, first WHERE embedded.key <> first.key ORDER BY likeness DESC, embedded.key LIMIT 5`,
);
