import { describe } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { defineHeadGradientSuite } from "../testing/head-gradient-suite.ts";

describe("the head's gradient on the cpu backend against float64", () => {
  defineHeadGradientSuite(async () => createNodeBackend());
});
