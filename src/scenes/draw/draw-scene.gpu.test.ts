import { expect, it } from "vitest";
import { DRAWING_DIGEST, digestDrawings } from "../testing/digest.ts";

it("draws scenes in the browser exactly as in Node", async () => {
  expect(await digestDrawings()).toBe(DRAWING_DIGEST);
});
