import { describe } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { createFaultyBackend } from "../testing/faulty-backend.ts";
import { definePictureWaysSuite } from "../testing/picture-ways-suite.ts";

describe("ways to write behind pictures in Node", () => {
  definePictureWaysSuite(async () => createNodeBackend());
  describe("with the cache written in place", () => {
    definePictureWaysSuite(async () => Object.create(createNodeBackend(), { writesInPlace: { value: true } }));
  });
  describe("with weights held by the program", () => {
    definePictureWaysSuite(async () => createFaultyBackend(createNodeBackend(), { holdsConstants: true }).backend);
  });
});
