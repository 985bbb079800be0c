import { describe } from "vitest";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { defineGenerationSuite } from "./testing/generation-suite.ts";

describe("fused generation in Node", () => {
  defineGenerationSuite(async () => createNodeBackend());
});
