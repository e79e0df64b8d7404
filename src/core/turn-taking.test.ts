/** Turns of the event loop: taken only if the last one was long ago, and between reads of a source. */
import { expect, it } from "vitest";
import { createMemorySource } from "./byte-source.ts";
import { createPacedTurn, createSourceWithTurns } from "./turn-taking.ts";

it("takes a turn only if the last one was long ago", async () => {
  let time = 100;
  let turns = 0;
  const takeTurn = createPacedTurn(
    async () => {
      turns++;
      time += 5;
    },
    8,
    () => time,
  );
  await takeTurn();
  expect(turns).toBe(0);
  time = 109;
  await takeTurn();
  expect(turns).toBe(1);
  time = 122;
  await takeTurn();
  expect(turns).toBe(1);
  time = 123;
  await takeTurn();
  expect(turns).toBe(2);
});

it("offers a turn before each read of a source", async () => {
  let turns = 0;
  const source = createSourceWithTurns(createMemorySource(Uint8Array.of(1, 2, 3), "three"), async () => {
    turns++;
  });
  expect(source.name).toBe("three");
  expect([...(await source.read(1, 2))]).toEqual([2, 3]);
  expect([...(await source.read(0, 1))]).toEqual([1]);
  expect(turns).toBe(2);
});
