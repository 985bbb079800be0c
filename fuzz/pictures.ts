/**
 * Gives damaged pictures to both decoders, the page's in a browser and the command line's in Node: what both read has to
 * look alike, and what one refuses the other has to refuse. Pictures on which they differ are written to --out.
 *
 *   npm run fuzz:pictures -- [--runs 2000] [--seed 1] [--out FOLDER]
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { browserArguments, findBrowser } from "../scripts/find-browser.ts";
import { serveProject } from "../scripts/project-server.ts";
import { createRandom, type Random } from "../src/core/random.ts";
import { decodePicture } from "../src/models/image/decode-node.ts";
import { decoded, type Seen } from "./decoded.ts";
import { mutateBytes } from "./mutate.ts";
import { pick } from "./run-target.ts";

const BATCH = 50;
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: join(tmpdir(), "pivotscope-fuzz") },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!(runs > 0) || Number.isNaN(seed)) throw new Error("--runs and --seed take numbers.");
const odd = resolve(import.meta.dirname, "../src/models/image/testing/odd");
const whole = readdirSync(odd)
  .filter((name) => !name.startsWith("bad-"))
  .sort()
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(odd, name))) }));

/** One bit the other way, behind the header: a decoder may not notice. */
function flipBit(random: Random, bytes: Uint8Array): Uint8Array {
  const flipped = bytes.slice();
  const at = Math.min(bytes.length - 1, 20 + random.integer(bytes.length));
  flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(8));
  return flipped;
}

/** The picture of this number: whole, with one bit flipped, or damaged a few times. */
function pictureOf(index: number) {
  const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const { name, bytes } = pick(random, whole);
  if (index % 8 === 0) return { name, bytes };
  return { name, bytes: index % 2 === 0 ? flipBit(random, bytes) : mutateBytes(random, bytes) };
}

mkdirSync(values.out, { recursive: true });
const counts = new Map<string, number>();
function compare(index: number, name: string, bytes: Uint8Array, page: Seen, node: Seen): void {
  const [both, neither] = [
    page.picture !== null && node.picture !== null,
    page.picture === null && node.picture === null,
  ];
  const alike = page.picture === node.picture && page.typed && node.typed;
  const kind = alike
    ? both
      ? "read alike"
      : "refused by both"
    : both
      ? "read otherwise"
      : neither
        ? "failed"
        : "refused by one";
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (alike) return;
  process.exitCode = 1;
  const file = join(values.out, `picture-${index}-${name}`);
  writeFileSync(file, bytes);
  console.log(`FAILED ${file}: ${kind}\n    page: ${page.picture ?? page.why}\n    Node: ${node.picture ?? node.why}`);
}

const server = await serveProject();
const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArguments() });
try {
  const page = await browser.newPage();
  await page.goto(`${server.address}fuzz/pictures-page.html`);
  await page.waitForFunction(() => "pivotscopeDecode" in globalThis);
  for (let first = 0; first < runs; first += BATCH) {
    const pictures = Array.from({ length: Math.min(BATCH, runs - first) }, (_, at) => pictureOf(first + at));
    const texts = pictures.map(({ bytes }) => Buffer.from(bytes).toString("base64"));
    const seen = (await page.evaluate(`globalThis.pivotscopeDecode(${JSON.stringify(texts)})`)) as Seen[];
    for (const [at, { name, bytes }] of pictures.entries()) {
      const here = await decoded(() => decodePicture(bytes, "picture.img"));
      const there = seen[at];
      if (there) compare(first + at, name, bytes, there, here);
    }
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(`${runs} pictures, seed ${seed}:`);
for (const [kind, count] of counts) console.log(`${String(count).padStart(6)} ${kind}`);
