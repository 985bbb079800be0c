import { describe } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { defineTextSuite } from "../testing/text-suite.ts";

describe("text-only architectures on the cpu backend", () => {
  defineTextSuite(async () => createNodeBackend());
});
