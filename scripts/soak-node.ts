/** Node's part of scripts/soak.ts, in a process of its own: works on the folder that is named and prints the figures. */
import { createNodeEngine } from "../src/engine/node-engine.ts";
import type { Series } from "./soak-growth.ts";
import { createSoakWork } from "./soak-work.ts";

const [folder = "", runs = "10000", backend = "cpu"] = process.argv.slice(2);
const { gc } = globalThis as { readonly gc?: () => void };
if (!gc) throw new Error("Start it with --expose-gc.");

const work = createSoakWork(createNodeEngine());
await work.open(folder, backend === "webgpu" ? "webgpu" : "cpu");
const seen: NodeJS.MemoryUsage[] = [];
for (const share of [0, 0.25, 0.5, 1]) {
  await work.workUntil(share * Number(runs));
  gc();
  seen.push(process.memoryUsage());
}
const series = (name: string, counted: boolean, of: (usage: NodeJS.MemoryUsage) => number): Series => ({
  name: `Node ${backend}, ${name}`,
  counted,
  bytes: seen.map(of) as unknown as Series["bytes"],
});
console.log(
  JSON.stringify([
    series("process", false, ({ rss }) => rss),
    series("heap and array buffers", true, ({ heapUsed, external }) => heapUsed + external),
  ]),
);
