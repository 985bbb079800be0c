/** Node's part of scripts/large.ts, a process of its own: prints one line of JSON. */
import { readFile } from "node:fs/promises";
import { createNodeEngine, openNodeSession } from "../src/engine/node-engine.ts";
import { compareWithReference, readRandomReference } from "../src/engine/testing/random-reference.ts";
import { decodePicture } from "../src/models/image/decode-node.ts";
import { largeSteps } from "./large-steps.ts";
import { memoryOf, resetPeak } from "./process-memory.ts";

const [step = "", folder = "", tokens = "32", ...photos] = process.argv.slice(2);

/** Runs a step and says what memory it took. */
async function measured<Result>(task: () => Promise<Result>) {
  resetPeak(process.pid);
  let arrayBuffers = 0;
  const watch = setInterval(() => {
    arrayBuffers = Math.max(arrayBuffers, process.memoryUsage().arrayBuffers);
  }, 20);
  const result = await task();
  clearInterval(watch);
  const memory = memoryOf(process.pid);
  return {
    ...result,
    peakBytes: memory?.peakBytes ?? process.resourceUsage().maxRSS * 1024,
    residentBytes: memory?.residentBytes ?? process.memoryUsage().rss,
    arrayBufferPeakBytes: arrayBuffers,
  };
}

const baseline = process.memoryUsage().rss;
if (step === "reference") {
  const session = await openNodeSession(folder);
  const reference = readRandomReference("random-256m");
  const { largestDifference, otherArgmax, equalTokens } = await compareWithReference(session, reference);
  const sameWeights = session.summary.weightHash === reference.weightHash;
  console.log(JSON.stringify({ sameWeights, largestDifference, otherArgmax, equalTokens }));
  await session.dispose();
} else {
  const pictures = await Promise.all(
    photos.map(async (path) => decodePicture(new Uint8Array(await readFile(path)), path)),
  );
  const engine = createNodeEngine();
  const source = { kind: "address", name: "random", url: folder } as const;
  const steps = largeSteps(engine, pictures, { source, backend: "cpu", precision: "auto", tokens: Number(tokens) });
  const load = await measured(steps.load);
  const generate = await measured(steps.generate);
  const calibrate = await measured(steps.calibrate);
  await engine.dispose();
  console.log(JSON.stringify({ baselineBytes: baseline, load, generate, calibrate }));
}
