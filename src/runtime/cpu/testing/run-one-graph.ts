/**
 * A program for a test: makes a session of onnxruntime-node, runs it, and says so. It goes by way of the cpu backend; with
 * `--bare` it loads the library by itself, as nobody else in this project may. With `--stay` it goes on until it is killed.
 */
import type { Graph } from "../../../graph/graph.ts";
import { output } from "../../backend.ts";
import { createCpuBackend } from "../backend.ts";

const graph: Graph = {
  name: "twice",
  inputs: [{ name: "a", shape: ["N"], type: "float32" }],
  outputs: [{ name: "sum", shape: ["N"], type: "float32" }],
  constants: [],
  nodes: [{ operator: "Add", domain: "", inputs: ["a", "a"], outputs: ["sum"], attributes: {} }],
};

const backend = process.argv.includes("--bare")
  ? createCpuBackend(await import("onnxruntime-node"), { executionProvider: "cpu" })
  : (await import("../node.ts")).createNodeBackend();
const a = backend.upload(Float32Array.of(1.5, -2), [2]);
const sum = output(await backend.run(await backend.compile(graph), { a }), "sum");
console.log(Array.from(await backend.read(sum)).join(" "));
if (process.argv.includes("--stay")) setInterval(() => {}, 60_000);
