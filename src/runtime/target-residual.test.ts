import { describe } from "vitest";
import { createNodeBackend } from "./cpu/node.ts";
import { defineTargetResidualSuite } from "./testing/target-residual-suite.ts";

describe("softmax less one-hot on the cpu backend", () => {
  defineTargetResidualSuite(async () => createNodeBackend());
});
