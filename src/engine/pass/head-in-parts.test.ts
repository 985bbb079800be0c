import { describe } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { defineHeadInPartsSuite } from "../testing/head-in-parts-suite.ts";

describe("the head in parts on the cpu backend", () => {
  defineHeadInPartsSuite(async () => createNodeBackend());
});
