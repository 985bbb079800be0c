// @module-tag attack
import { describe } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { defineInterruptedSuite } from "../testing/interrupted-suite.ts";

describe("an interrupted calibration in Node", () => {
  defineInterruptedSuite(async () => createNodeBackend());
});
