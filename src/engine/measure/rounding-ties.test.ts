import { afterAll, expect, it } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import type { Model } from "../pass/model.ts";
import { tiedChoices } from "./rounding-ties.ts";

const backend = createNodeBackend();
afterAll(() => backend.dispose());

it("takes for the trace's token only what is all but equally likely", async () => {
  const model = { backend, definition: { text: { vocabularySize: 4 } } } as unknown as Model;
  const logits = backend.upload(
    Float32Array.of(
      ...[0, 5, 4.9, 1], // the trace took the second best, which is close
      ...[0, 5, 4.9, 1], // the trace took the best
      ...[0, 5, 4.9, 1], // the trace took one that is far
      ...[9, 0, 8.7, 0], // not close enough
      ...[3, 0, 0, 3.2], // close, from the other side
    ),
    [5, 4],
  );
  const before = backend.uploadedBytes;
  expect(Array.from(await tiedChoices(model, logits, Int32Array.of(2, 1, 3, 2, 0)))).toEqual([1, -1, -1, -1, 3]);
  expect(Array.from(await tiedChoices(model, logits, Int32Array.of(1, 1, 1, 0, 3)))).toEqual([-1, -1, -1, -1, -1]);
  expect(backend.uploadedBytes).toBe(before);
});
