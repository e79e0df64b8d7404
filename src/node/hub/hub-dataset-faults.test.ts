/** Data sets of the Hub without the requested or required parts. */
import { expect, it } from "vitest";
import { mindsFeatures } from "../../../test/support/recordings/minds-parquet.ts";
import { id, start } from "../../../test/support/servers/hub-dataset.ts";
import { fails } from "../../../test/support/servers/hub-files.ts";

it("lists the available configurations, splits and columns", async () => {
  const { load } = await start();
  const cases: [string, string, RegExp][] = [
    [`hf:${id}`, "data-not-found", /2 configurations and no default one; expected one of en-US, ko-KR/],
    [`hf:${id}?config=xx`, "data-not-found", /no configuration xx; expected one of en-US, ko-KR/],
    [`hf:${id}?config=en-US&split=test`, "data-not-found", /no split test; expected one of train/],
    [
      `hf:${id}?config=en-US&label=intent`,
      "invalid-data",
      /no column intent .* audio \(audio\), .*intent_class \(14 classes\)/,
    ],
    [`hf:${id}?config=en-US&label=audio`, "invalid-data", /no column audio of plain values/],
    [`hf:${id}?config=en-US&speaker=who`, "invalid-data", /no column who/],
    [`hf:${id}?colour=red`, "usage", /colour/],
    ["hf:?config=x", "usage", /no name/],
    ["hf:../etc/passwd", "invalid-option", /not a Hub repository/],
    ["hf:nobody/nothing", "hub-not-found", /no data set nobody\/nothing/],
    [`hf:${id}@v9`, "hub-not-found", /no revision v9/],
  ];
  for (const [spec, code, message] of cases) {
    expect(await fails(load(spec)), spec).toMatchObject({ code, message: expect.stringMatching(message) });
  }
});

it("without audio, labels, rows or Parquet files is an error", async () => {
  const { audio: _audio, intent_class: _intent, ...rest } = mindsFeatures;
  const plain = {
    ...rest,
    lang_id: { dtype: "int64", _type: "Value" },
    intent_class: { dtype: "int64", _type: "Value" },
  };
  const other = { ...plain, audio: { a: { dtype: "string", _type: "Value" } } };
  const noAudio = await start({}, { rows: 2, features: { ...other, audio: { _type: "Image" } } });
  expect(await fails(noAudio.load(`hf:${id}?config=en-US`))).toMatchObject({
    code: "invalid-data",
    message: expect.stringMatching(/no column of audio/),
  });
  const noLabel = await start(
    {},
    { rows: 2, features: { ...mindsFeatures, intent_class: { _type: "Sequence" } } },
  );
  // The only remaining column of classes is used.
  expect((await noLabel.load(`hf:${id}?config=en-US`)).recordings[0]?.label).toBe("en-AU");
  const neither = await start(
    {},
    { rows: 2, features: { ...mindsFeatures, intent_class: { _type: "X" }, lang_id: plain.lang_id } },
  );
  expect(await fails(neither.load(`hf:${id}?config=en-US`))).toMatchObject({
    message: expect.stringMatching(/no column that is clearly the label/),
    hint: expect.stringMatching(/\?label=COLUMN/),
  });
  const noRows = await start({}, { rows: 2, intent: () => null });
  expect(await fails(noRows.load(`hf:${id}?config=en-US`))).toMatchObject({ code: "no-recordings" });
  const noFiles = await start({ files: { "a.wav": "x" }, card: undefined });
  expect(await fails(noFiles.load(`hf:${id}`))).toMatchObject({
    message: expect.stringMatching(/no Parquet files/),
  });
  const garbage = Buffer.alloc(5000, "PAR1");
  const broken = await start({ files: { "data/train.parquet": garbage }, card: undefined });
  expect(await fails(broken.load(`hf:${id}`))).toMatchObject({
    code: "invalid-data",
    message: expect.stringMatching(/train\.parquet cannot be read as a Parquet file/),
  });
});
