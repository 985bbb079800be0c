/**
 * Damage to valid files: of their JSON, field by field, and of their bytes. Everything is drawn from a seeded generator.
 */
import fc from "fast-check";
import type { Random } from "../src/core/random.ts";

/** Numbers that readers forget about. */
const NUMBERS = [0, -0, -1, 1, 2, 0.5, 1e-320, 255, 65536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300, -(2 ** 53)];
const WORDS = [
  "",
  " ",
  "\u0000",
  "\uD800",
  "😀",
  "__proto__",
  "constructor",
  "toString",
  "length",
  "../x",
  "NaN",
  "null",
];
/** Depth at which code that calls itself for every level fails. */
const DEEP = 20_000;
const LONG = 30_000;
/** Stands in a document for what cannot be written by JSON.stringify; replaced in the text. */
const DEEP_MARK = "\u0001deep\u0001";

/** Values of all kinds, drawn by fast-check. */
export function valuePool(seed: number): readonly unknown[] {
  const arbitrary = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.double(), fc.string(), fc.array(fc.nat()));
  return fc.sample(arbitrary, { seed, numRuns: 2000 });
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  // The lists of this file are not empty.
  return items[random.integer(items.length)] as Item;
}

/** A value of any kind, the caller's own: later changes reach neither the pool nor another place of the document. */
function anyValue(random: Random, pool: readonly unknown[], document: unknown): unknown {
  return structuredClone(drawValue(random, pool, document));
}

function drawValue(random: Random, pool: readonly unknown[], document: unknown): unknown {
  switch (random.integer(9)) {
    case 0:
    case 1:
      return pick(random, NUMBERS);
    case 2:
      return pick(random, WORDS);
    case 3:
      return pick(random, [null, true, false, [], {}, [[]], [null], [0, 0], { length: 2 ** 31 }]);
    case 4:
      return random.integer(40) === 0 ? DEEP_MARK : { [pick(random, WORDS)]: pick(random, pool) };
    case 5:
      return random.integer(10) === 0 ? "x".repeat(LONG) : [pick(random, pool)];
    case 6:
      return nodeOf(random, document);
    default:
      return pick(random, pool);
  }
}

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

/** A container of the document, deeper ones as likely as those at the top. */
function containerOf(random: Random, document: Container): Container {
  let node = document;
  for (;;) {
    const inside = Object.values(node).filter(isContainer);
    if (inside.length === 0 || random.integer(4) === 0) return node;
    node = pick(random, inside);
  }
}

function nodeOf(random: Random, document: unknown): unknown {
  if (!isContainer(document)) return document;
  const values = Object.values(containerOf(random, document));
  return values.length === 0 ? null : pick(random, values);
}

/** Changes one place of a document in place. */
function mutateOnce(random: Random, document: Container, pool: readonly unknown[]): void {
  const node = containerOf(random, document);
  const keys = Object.keys(node);
  const key = keys.length === 0 ? "0" : pick(random, keys);
  const set = (at: string, value: unknown) => {
    if (Array.isArray(node)) node[Number(at)] = value;
    else Object.defineProperty(node, at, { value, enumerable: true, configurable: true, writable: true });
  };
  switch (random.integer(8)) {
    case 0:
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete node[key];
      break;
    case 1:
      if (Array.isArray(node)) node.splice(Number(key), 0, anyValue(random, pool, document));
      else set(pick(random, WORDS), anyValue(random, pool, document));
      break;
    case 2:
      if (Array.isArray(node)) node.push(...node.slice(0, 50));
      else set(`${key}${pick(random, WORDS)}`, node[key]);
      break;
    case 3: {
      const found = Array.isArray(node) ? node[Number(key)] : node[key];
      if (typeof found === "number") set(key, pick(random, [found + 1, found - 1, -found, found * 2, found + 0.5]));
      else if (typeof found === "string") set(key, mutateText(random, found, WORDS));
      else set(key, anyValue(random, pool, document));
      break;
    }
    default:
      set(key, anyValue(random, pool, document));
  }
}

/** JSON text of the document with one to three changes; now and then also damaged as a text. */
export function mutateJson(random: Random, text: string, pool: readonly unknown[]): string {
  const document: unknown = JSON.parse(text);
  if (!isContainer(document)) return mutateText(random, text, WORDS);
  for (let left = 1 + random.integer(3); left > 0; left--) mutateOnce(random, document, pool);
  const written = JSON.stringify(document).replaceAll(JSON.stringify(DEEP_MARK), () =>
    pick(random, ["[".repeat(DEEP) + "]".repeat(DEEP), `${'{"a":'.repeat(DEEP)}0${"}".repeat(DEEP)}`]),
  );
  return random.integer(8) === 0
    ? mutateText(random, written, ['"', "{", "}", "[", "]", ",", ":", "1e999", "-"])
    : written;
}

/** Cuts, doubles, swaps or inserts pieces of a text; `words` are put in as they stand. */
export function mutateText(random: Random, text: string, words: readonly string[]): string {
  let mutated = text;
  for (let left = 1 + random.integer(4); left > 0; left--) {
    const from = random.integer(mutated.length + 1);
    const to = Math.min(mutated.length, from + random.integer(12));
    const [before, piece, after] = [mutated.slice(0, from), mutated.slice(from, to), mutated.slice(to)];
    switch (random.integer(6)) {
      case 0:
        mutated = before + after;
        break;
      case 1:
        mutated = before + piece.repeat(2 + random.integer(3)) + after;
        break;
      case 2:
        mutated = before + pick(random, words) + after;
        break;
      case 3:
        mutated = random.integer(20) === 0 ? before : before + pick(random, words) + piece + after;
        break;
      case 4:
        mutated = before + String.fromCharCode(random.integer(random.integer(10) === 0 ? 65536 : 128)) + after;
        break;
      default: {
        const other = random.integer(mutated.length + 1);
        mutated = before + mutated.slice(other, other + random.integer(20)) + after;
      }
    }
  }
  return mutated;
}

/** Flips, cuts, inserts or overwrites bytes. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const mutated = [...bytes];
  for (let left = 1 + random.integer(4); left > 0; left--) {
    const at = random.integer(mutated.length + 1);
    switch (random.integer(5)) {
      case 0:
        mutated[Math.min(at, Math.max(0, mutated.length - 1))] = random.integer(256);
        break;
      case 1:
        mutated.splice(at, 1 + random.integer(8));
        break;
      case 2:
        mutated.splice(at, 0, ...Array.from({ length: 1 + random.integer(8) }, () => random.integer(256)));
        break;
      case 3:
        // The header's length stands here.
        mutated[random.integer(8)] = pick(random, [0, 1, 0x7f, 0x80, 0xff]);
        break;
      default:
        if (random.integer(10) === 0) mutated.length = at;
        else if (mutated.length > at) mutated[at] = (mutated[at] ?? 0) ^ (1 << random.integer(8));
    }
  }
  return Uint8Array.from(mutated);
}
