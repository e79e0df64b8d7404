/** Writes Parquet files as Hugging Face's `datasets` library writes MInDS-14, with tones instead of speech. */
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { createRandom } from "../../../src/core/random.ts";
import { createTone, createWav } from "../audio-files.ts";

/** The 14 intents, in the order of their numbers. */
export const intents = [
  "abroad", "address", "app_error", "atm_limit", "balance", "business_loan", "card_issues",
  "cash_deposit", "direct_debit", "freeze", "high_value_payment", "joint_account", "latest_transactions", "pay_bill",
]; // biome-ignore format: one list

/** Notes of the columns, as in the footer under "huggingface". */
export const mindsFeatures = {
  path: { dtype: "string", _type: "Value" },
  audio: { sampling_rate: 8000, _type: "Audio" },
  transcription: { dtype: "string", _type: "Value" },
  english_transcription: { dtype: "string", _type: "Value" },
  intent_class: { names: intents, _type: "ClassLabel" },
  lang_id: { names: ["cs-CZ", "de-DE", "en-AU"], _type: "ClassLabel" },
};

/** How a file is written. */
export interface MindsOptions {
  /** Number of rows; row i has intent i modulo 14 unless `intent` says otherwise. */
  readonly rows: number;
  readonly rowsPerGroup?: number;
  /** Seconds of each recording, 8 kHz, 16 bit. */
  readonly seconds?: number;
  readonly intent?: (row: number) => number | null;
  /** Whether pages can be found without reading the chunk. */
  readonly index?: boolean;
  /** The footer's note; null for none. */
  readonly features?: object | null;
  /** Recording of a row; null for none. */
  readonly audio?: (row: number) => Uint8Array | null;
  readonly speaker?: (row: number) => string;
}

/** The recording of a row: a tone in noise, of its own, which does not compress. */
export function createRowAudio(row: number, seconds = 0.5): Uint8Array {
  const random = createRandom(row);
  const [tone] = createTone(8000, seconds, 1, 200 + 20 * (row % 150));
  return createWav([tone!.map((sample) => sample + 0.1 * (random.uniform() - 0.5))], 8000);
}

/** Writes one file. */
export function writeMindsParquet(options: MindsOptions): Uint8Array {
  const { rows, rowsPerGroup = 100, seconds = 0.5, index = false, features = mindsFeatures } = options;
  const { intent = (row) => row % 14, audio = (row) => createRowAudio(row, seconds), speaker } = options;
  const list = Array.from({ length: rows }, (_, row) => row);
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
  const writer = new ByteWriter();
  const column = <T>(name: string, data: T[]) => ({ name, data, offsetIndex: index });
  parquetWrite({
    writer,
    columnData: [
      column("path", list.map((row) => `en-US~INTENT/response_${row}.wav`)),
      column("audio", list.map((row) => ({ bytes: audio(row), path: `response_${row}.wav` }))),
      column("transcription", list.map((row) => `I would like to ${row}`)),
      column("english_transcription", list.map((row) => `I would like to ${row}`)),
      column("intent_class", list.map((row) => { const value = intent(row); return value === null ? null : BigInt(value); })),
      column("lang_id", list.map(() => 2n)),
      ...(speaker ? [column("speaker", list.map(speaker))] : []),
    ], // biome-ignore format: a table
    schema: [
      { name: "root", num_children: speaker ? 7 : 6 },
      { name: "path", ...text },
      { name: "audio", repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", ...text },
      { name: "transcription", ...text },
      { name: "english_transcription", ...text },
      { name: "intent_class", type: "INT64", repetition_type: "OPTIONAL" },
      { name: "lang_id", type: "INT64", repetition_type: "OPTIONAL" },
      ...(speaker ? [{ name: "speaker", ...text }] : []),
    ],
    rowGroupSize: rowsPerGroup,
    pageSize: 1 << 16,
    ...(features === null
      ? {}
      : { kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }] }),
  });
  return new Uint8Array(writer.getBuffer());
}
