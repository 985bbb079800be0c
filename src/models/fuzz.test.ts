// @module-tag attack
/**
 * A short run of `fuzz/`, always the same: every parser of files from outside either reads a damaged file or refuses it
 * with a typed error that names it. A million inputs are for `tsx fuzz/main.ts`.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOKENIZERS } from "../../fuzz/corpus.ts";
import { type AllocationGuard, guardAllocations } from "../../fuzz/guard.ts";
import { judge } from "../../fuzz/judge-verdicts.ts";
import { mutateJson, valuePool } from "../../fuzz/mutate.ts";
import { runTarget, type Target } from "../../fuzz/run-target.ts";
import { TARGETS } from "../../fuzz/targets.ts";
import { PivotscopeError } from "../core/errors.ts";
import { createRandom } from "../core/random.ts";

describe("damaged files", () => {
  let guard: AllocationGuard;
  beforeAll(() => {
    guard = guardAllocations();
  });
  afterAll(() => guard.remove());

  it.each(TARGETS)("are read or refused: $name", (target) => {
    const report = runTarget(target, { runs: 250, seed: 11, guard });
    expect(report.failures.map(({ reason }) => reason)).toEqual([]);
    // Damage must neither always be noticed nor never, or the files that are damaged are not what is read.
    if (target.takesAll) expect(report.rejected).toBe(0);
    else expect(Math.min(report.accepted, report.rejected)).toBeGreaterThan(0);
  });
});

describe("the fuzzing itself", () => {
  const target = (parse: Target["parse"]): Target => ({
    name: "test",
    share: 1,
    file: /file\.json/,
    codes: ["bad-input"],
    generate: (random, pool) => mutateJson(random, '{"a":[1,{"b":"c"}]}', pool),
    parse,
  });
  const reasons = (parse: Target["parse"], guard?: AllocationGuard) =>
    runTarget(target(parse), { runs: 3, seed: 1, ...(guard ? { guard } : {}) }).failures.map(({ reason }) => reason);

  it("finds errors that are not for people", () => {
    const fail = (error: Error) => () => {
      throw error;
    };
    expect(reasons(() => {})).toEqual([]);
    expect(reasons(fail(new PivotscopeError("bad-input", "file.json: no.")))).toEqual([]);
    expect(reasons(fail(new TypeError("x of undefined")))[0]).toMatch(/^TypeError: x of undefined/);
    expect(reasons(fail(new PivotscopeError("internal", "file.json: no.")))[0]).toMatch(/^code internal/);
    expect(reasons(fail(new PivotscopeError("bad-input", "No.")))[0]).toMatch(/^no file named: No\./);
  });

  it("finds allocations by a number out of the file", () => {
    const guard = guardAllocations();
    try {
      expect(reasons(() => void new Array(2 ** 31), guard)[0]).toMatch(/^Error: Array of 2147483648/);
      expect(reasons(() => void Array.from({ length: 2 ** 30 }), guard)[0]).toMatch(/Array of/);
      expect(reasons(() => void new Float64Array(10_000_000), guard)[0]).toMatch(/Float64Array of 80000000/);
      expect(reasons(() => void "x".repeat(2 ** 28), guard)[0]).toMatch(/repeat of/);
      expect(reasons(() => void new Float64Array(1000), guard)).toEqual([]);
    } finally {
      guard.remove();
    }
    expect(new Array(7).length).toBe(7);
  });

  it("makes the same inputs of a seed, and others of another", () => {
    const inputs = (seed: number) => {
      const pool = valuePool(seed);
      return Array.from({ length: 50 }, (_, index) => mutateJson(createRandom(seed + index), '{"a":[1,2]}', pool));
    };
    expect(inputs(5)).toEqual(inputs(5));
    expect(inputs(5)).not.toEqual(inputs(6));
    expect(new Set(inputs(5)).size).toBeGreaterThan(25);
  });
});

describe("two verdicts about one checkpoint", () => {
  const text = (words: string) => ({ text: words, why: "" });
  const refused = (why: string) => ({ text: null, why });

  it.each([
    [text("a"), text("a"), false],
    [text("a"), text("b"), true],
    [refused("config.json: no."), refused("ValueError"), false],
    [refused("config.json: no."), text("a"), false],
    [refused("TypeError: x of undefined"), refused("ValueError"), true],
    [text("whole"), refused("ValueError"), false],
    [text("a"), refused("ValueError"), true],
  ])("%o here, %o there", (ours, theirs, fails) => {
    expect(judge(ours, theirs, "whole").fails).toBe(fails);
  });
});

describe("what fuzzing found", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const codeOf = (name: string, input: string) => {
    const parse = TARGETS.find((candidate) => candidate.name === name)?.parse;
    try {
      parse?.(input);
    } catch (error) {
      if (error instanceof PivotscopeError) return { code: error.code, length: error.message.length };
      throw error;
    }
    return null;
  };

  it.each([
    ["plan", `{"version":1,"model":${deep}}`, "bad-input"],
    ["plan", `{"version":${deep}}`, "bad-input"],
    ["calibration", `{"samples":[{"question":"Why?","scene":[{"shape":${deep}},{},{}]}]}`, "bad-input"],
    ["config", `{"model_type":"x","architectures":${deep}}`, "unsupported"],
    ["experiment", `{"version":1,"kind":"windows","size":1,"generate":${deep}}`, "bad-input"],
  ])("refuses values nested without end: %s", (name, input, code) => {
    expect(codeOf(name, input)?.code).toBe(code);
  });

  it("refuses what would keep the tokenizer's library busy without end", () => {
    const tokenizer = JSON.parse(TOKENIZERS[0] ?? "");
    const refused = (change: object, field: string) => {
      const parse = TARGETS.find((candidate) => candidate.name === "tokenizer")?.parse;
      expect(() => parse?.(JSON.stringify({ ...tokenizer, ...change }))).toThrow(field);
    };
    const [first, ...others] = tokenizer.added_tokens;
    refused({ added_tokens: [{ ...first, content: { length: 981781646 } }, ...others] }, '"added_tokens[0].content"');
    refused({ added_tokens: [{ ...first, id: 2 ** 32 }] }, '"added_tokens[0].id"');
    const model = (change: object) => ({ model: { ...tokenizer.model, ...change } });
    refused(model({ vocab: { a: 2 ** 32 } }), '"model.vocab.a"');
    refused(model({ vocab: { a: "1" } }), '"model.vocab.a"');
    refused(model({ merges: { length: 2 ** 31 } }), '"model.merges"');
    refused(
      model({
        merges: [
          ["a", "b"],
          ["a", { length: 2 ** 31 }],
        ],
      }),
      '"model.merges[1]"',
    );
    refused(model({ type: "Unigram" }), '"model.type"');
    refused({ pre_tokenizer: { type: "Sequence", pretokenizers: { length: 2 ** 31 } } }, "pre_tokenizer.pretokenizers");
  });

  it("refuses a tokenizer that fails only when it is used", () => {
    const tokenizer = JSON.parse(TOKENIZERS[0] ?? "");
    const withSuffix = (suffix: string) =>
      JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, end_of_word_suffix: "?" } }).replace('"?"', suffix);
    expect(codeOf("tokenizer", withSuffix('{"toString":"x"}'))?.code).toBe("bad-checkpoint");
    expect(codeOf("tokenizer", withSuffix(deep))?.code).toBe("bad-checkpoint");
  });

  it("shows people no message without end", () => {
    const found = codeOf("calibration", JSON.stringify({ samples: [{ question: "Why?", scene: "x".repeat(50_000) }] }));
    expect(found?.code).toBe("bad-input");
    const long = codeOf("safetensors-index", JSON.stringify({ weight_map: { ["x".repeat(50_000)]: 3 } }));
    expect(long).toEqual({ code: "bad-checkpoint", length: 1000 });
  });
});
