/** Runs one parser on many damaged inputs and says what it did. */
import { type ErrorCode, PivotscopeError } from "../src/core/errors.ts";
import { createRandom, type Random } from "../src/core/random.ts";
import type { AllocationGuard } from "./guard.ts";
import { valuePool } from "./mutate.ts";

/** A parser under test. */
export interface Target {
  readonly name: string;
  /** How many of a thousand runs it gets. */
  readonly share: number;
  /** The file's name, which every message must hold. */
  readonly file: RegExp;
  readonly codes: readonly ErrorCode[];
  /** Whether nothing is refused: the target then throws where it finds something wrong. */
  readonly takesAll?: true;
  /** The next input, as text that `parse` takes; bytes are written as latin1. */
  generate(random: Random, pool: readonly unknown[]): string;
  /** Parses, and uses what came out as the product would. */
  parse(input: string): void;
}

/** One of some. */
export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random.integer(items.length)] as Item;

export interface Failure {
  readonly reason: string;
  readonly index: number;
  readonly input: string;
}

export interface TargetReport {
  readonly name: string;
  readonly runs: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly seconds: number;
  readonly slowestMilliseconds: number;
  readonly slowest: string;
  /** Largest length that was allocated by number, beyond the input's own length. */
  readonly largestAllocation: number;
  readonly failures: readonly Failure[];
}

export interface RunOptions {
  readonly runs: number;
  readonly seed: number;
  readonly guard?: AllocationGuard;
  /** Called before each input with its number. */
  readonly onStart?: (index: number) => void;
  /** Called with each failure as it comes. */
  readonly onFailure?: (failure: Failure) => void;
}

/** What a parser may allocate by number: some times its input, and a constant. */
const ALLOCATION_FACTOR = 64;
const ALLOCATION_CONSTANT = 4_000_000;
/** Longest message that people can be shown. */
const LONGEST_MESSAGE = 1_500;
/** A parser that fails in many ways fails the same way soon; the rest is counted only. */
const MOST_FAILURES = 20;

export function inputOf(target: Target, seed: number, index: number, pool: readonly unknown[]): string {
  return target.generate(createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)), pool);
}

/** Runs `target` on inputs 0 to `runs` of the seed. */
export function runTarget(target: Target, options: RunOptions): TargetReport {
  const { runs, seed, guard } = options;
  const pool = valuePool(seed);
  const failures: Failure[] = [];
  let accepted = 0;
  let rejected = 0;
  let slowestMilliseconds = 0;
  let slowest = "";
  let largestAllocation = 0;
  const began = performance.now();
  for (let index = 0; index < runs; index++) {
    const input = inputOf(target, seed, index, pool);
    options.onStart?.(index);
    if (guard) {
      guard.largest = 0;
      guard.limit = ALLOCATION_FACTOR * input.length + ALLOCATION_CONSTANT;
    }
    const start = performance.now();
    let reason = "";
    try {
      target.parse(input);
      accepted += 1;
    } catch (error) {
      rejected += 1;
      reason = complaint(target, error);
    }
    const took = performance.now() - start;
    if (guard) {
      largestAllocation = Math.max(largestAllocation, guard.largest);
      guard.limit = Number.POSITIVE_INFINITY;
    }
    if (took > slowestMilliseconds) {
      slowestMilliseconds = took;
      slowest = input;
    }
    if (reason === "") continue;
    const failure = { reason, index, input };
    failures.push(failure);
    options.onFailure?.(failure);
    if (failures.length >= MOST_FAILURES) break;
  }
  return {
    name: target.name,
    runs: accepted + rejected,
    accepted,
    rejected,
    seconds: (performance.now() - began) / 1000,
    slowestMilliseconds,
    slowest,
    largestAllocation,
    failures,
  };
}

/** Why an error is not one that people may see; empty where it is. */
function complaint(target: Target, error: unknown): string {
  if (!(error instanceof PivotscopeError)) {
    return error instanceof Error
      ? `${error.name}: ${error.message.slice(0, 300)}\n${firstPlace(error)}`
      : String(error);
  }
  if (!target.codes.includes(error.code)) return `code ${error.code}: ${error.message.slice(0, 300)}`;
  if (!target.file.test(error.message)) return `no file named: ${error.message.slice(0, 300)}`;
  if (error.message.length > LONGEST_MESSAGE) return `message of ${error.message.length} characters`;
  return "";
}

function firstPlace(error: Error): string {
  const lines = error.stack?.split("\n") ?? [];
  return lines.find((line) => /\/src\//.test(line))?.trim() ?? lines[1]?.trim() ?? "";
}
