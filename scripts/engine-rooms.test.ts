import { expect, it } from "vitest";
import { roomReason } from "./engine-rooms.ts";

it("lets a room of the engine import from those below it only", () => {
  expect(roomReason("src/engine/calibrate/a.ts", "src/engine/pass/b.ts")).toBe("");
  expect(roomReason("src/engine/pass/a.ts", "src/engine/pass/b.ts")).toBe("");
  expect(roomReason("src/engine/generate/a.ts", "src/engine/contract.ts")).toBe("");
  expect(roomReason("src/engine/measure/a.ts", "src/engine/session.ts")).toBe("");
  expect(roomReason("src/engine/pass/a.ts", "src/engine/calibrate/b.ts")).toMatch(
    /pass must not import from calibrate/,
  );
  expect(roomReason("src/engine/load/a.ts", "src/engine/check/b.ts")).toMatch(/load must not import from check/);
  expect(roomReason("src/engine/session.ts", "src/engine/measure/b.ts")).toMatch(/session must not/);
});

it("knows every room", () => {
  expect(roomReason("src/engine/cellar/a.ts", "src/engine/pass/b.ts")).toMatch(/engine\/cellar is no known room/);
  expect(roomReason("src/engine/pass/a.ts", "src/engine/cellar.ts")).toMatch(/engine\/cellar is no known room/);
  expect(roomReason("src/models/a.ts", "src/engine/pass/b.ts")).toBe("");
});
