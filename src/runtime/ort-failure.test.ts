import { expect, it } from "vitest";
import { ortFailure } from "./ort-failure.ts";

const WAY = "Close other tabs.";

it.each<[string, unknown, string, string]>([
  [
    "WebAssembly without memory for a reason",
    new Error("failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: "),
    "out-of-memory",
    "Running graph a failed: onnxruntime gave no reason, as it does when WebAssembly's memory is used up.",
  ],
  ["an error without a message", new Error(""), "internal", "Running graph a failed: no reason was given."],
  [
    "a reason behind a prefix",
    new Error("Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc"),
    "out-of-memory",
    "Running graph a failed: std::bad_alloc.",
  ],
  [
    "a reason of several lines",
    new Error("failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: Got invalid dimensions for input: x\n index: 0"),
    "internal",
    "Running graph a failed: Got invalid dimensions for input: x\n index: 0.",
  ],
  [
    "a browser without room",
    new RangeError("Array buffer allocation failed"),
    "out-of-memory",
    "Running graph a failed: Array buffer allocation failed.",
  ],
  ["an aborted program", new Error("Aborted(OOM)."), "out-of-memory", "Running graph a failed: Aborted(OOM)."],
  [
    "a GPU",
    new Error("[Invalid Buffer (unlabeled)] is invalid"),
    "out-of-memory",
    "Running graph a failed: [Invalid Buffer (unlabeled)] is invalid.",
  ],
])("says what %s means", (_, error, code, message) => {
  const failure = ortFailure("Running graph a", error, WAY);
  expect({ code: failure.code, message: failure.message }).toEqual({ code, message });
  expect(failure.hint).toBe(code === "out-of-memory" ? WAY : "");
  expect(failure.cause).toBe(error);
});
