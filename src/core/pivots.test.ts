import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { PivotscopeError } from "./errors.ts";
import { markerGroups } from "./markers.ts";
import { defaultPivotParameters, findPivots, pivotWindow } from "./pivots.ts";

const parameters = { ...defaultPivotParameters(), minimumMarkers: 0 };

/** Cuts a text as byte-level BPE does: a token may carry its leading space. */
function cut(text: string): readonly string[] {
  return text.match(/ ?[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? [];
}

function found(text: string, only?: string): readonly string[] {
  const markers = only === undefined ? parameters.markers : [only];
  return findPivots(cut(text), { ...parameters, markers }).markers.map((marker) => marker.text);
}

describe("findPivots", () => {
  it.each([
    ["numbering", "1. Look\n 2) Then 3. not here", ["1.", "2)"]],
    ["section", "2.1 Look\n2.5kg\n 3.1.2 Then\nat 4.1 no", ["2.1", "3.1.2"]],
    ["step", "Step 1: a step 2 – b Steps 3: Step 4 c", ["Step 1:", "step 2 –"]],
    ["final-answer", "**Final Answer:** 3, a semifinal answer: 4", ["Final Answer:"]],
    ["answer", "Answer: 3. I answer 4", ["Answer:"]],
    ["closing", "Conclusion: a\nSummary : b. Conclusion", ["Conclusion:", "Summary :"]],
    ["think", "<think>a</think> thinking", ["<think>", "</think>"]],
    ["deduction", "Therefore a, THUS b; hence c. henceforth thusly", ["Therefore", "THUS", "hence"]],
    ["consequence", "So a; also so-called some; consequently; as a\nresult", ["So", "consequently", "as a\nresult"]],
    [
      "implication",
      "this means this  implies this suggests this meaning",
      ["this means", "this  implies", "this suggests"],
    ],
    [
      "conclusion",
      "we can therefore conclude; we can thus conclude; we conclude",
      ["we can therefore conclude", "we can thus conclude"],
    ],
    [
      "summing-up",
      "In summary, in conclusion to summarize in summaryx",
      ["In summary", "in conclusion", "to summarize"],
    ],
    ["sequence", "Next, now known moving on snow finally", ["Next", "now", "moving on", "finally"]],
    ["contrast", "However nevertheless despite this despite that", ["However", "nevertheless", "despite this"]],
    ["addition", "Furthermore additionally moreover additional", ["Furthermore", "additionally", "moreover"]],
  ])("finds the markers of group %s and nothing else", (group, text, expected) => {
    expect(found(text, group)).toEqual(expected);
  });

  it("has a case above for every marker group", () => {
    expect(markerGroups).toHaveLength(15);
    expect(new Set(markerGroups.map((group) => group.name)).size).toBe(15);
  });

  it("counts overlapping markers once", () => {
    expect(found(" Final Answer: 3")).toEqual(["Final Answer:"]);
    expect(found(" we can therefore conclude")).toEqual(["we can therefore conclude"]);
    expect(found(" we can therefore see")).toEqual(["therefore"]);
    expect(found(" In summary: three")).toEqual(["In summary"]);
    expect(found(" Step 3: so")).toEqual(["Step 3:", "so"]);
    expect(found("2.1 Look")).toEqual(["2.1"]);
  });

  it("does not take the inside of words in other alphabets", () => {
    expect(found("soß éso thus")).toEqual(["thus"]);
  });

  it("names the token that holds the marker's first character", () => {
    const tokens = [" A", ".", "  ", " The", "re", "", "fore", " x", " S", "o"];
    expect(findPivots(tokens, parameters)).toEqual({
      pivots: [3, 8],
      markers: [
        { name: "deduction", text: "Therefore", offset: 6, token: 3 },
        { name: "consequence", text: "So", offset: 18, token: 8 },
      ],
      fallback: false,
    });
    expect(findPivots(["a", "", "", "\nSo"], parameters).pivots).toEqual([3]);
    expect(findPivots(["a ", "", "so"], parameters).pivots).toEqual([2]);
  });

  it("takes a token once when two markers begin in it", () => {
    const result = findPivots(["so thus", " x"], { ...parameters, minimumMarkers: 2 });
    expect(result.markers).toHaveLength(2);
    expect(result.pivots).toEqual([0]);
    expect(result.fallback).toBe(false);
  });

  it("cuts the trace in three when there are too few markers", () => {
    const tokens = [" so", ...Array.from({ length: 9 }, () => " a")];
    const result = findPivots(tokens, defaultPivotParameters());
    expect(result).toMatchObject({ pivots: [3, 6], fallback: true });
    expect(result.markers.map((marker) => marker.text)).toEqual(["so"]);
    expect(findPivots(["a"], defaultPivotParameters()).pivots).toEqual([0]);
    expect(findPivots([], defaultPivotParameters())).toEqual({ pivots: [], markers: [], fallback: true });
  });

  it("names an unknown marker group", () => {
    const call = () => findPivots(["a"], { ...parameters, markers: ["step", "wonder"] });
    expect(call).toThrow(PivotscopeError);
    expect(call).toThrow('markers: "wonder" is not a marker group');
  });
});

describe("random pivots", () => {
  const random = { ...defaultPivotParameters(), pivotPlacement: "random" } as const;
  const trace = (words: string) => cut(`1. See ${words} so it is 2. Then ${words} thus done and that is all of it`);

  it("are as many different positions as there would be pivots, in the trace, and keep the markers that were found", () => {
    const anywhere = fc.array(fc.constantFrom(" so", " thus", " a", " b", "\n1.", ""), { maxLength: 30 });
    fc.assert(
      fc.property(anywhere, fc.nat(5), fc.nat(), (tokens, minimumMarkers, randomSeed) => {
        const constants = { ...defaultPivotParameters(), minimumMarkers, randomSeed };
        const placed = findPivots(tokens, constants);
        const drawn = findPivots(tokens, { ...constants, pivotPlacement: "random" });
        expect(drawn).toEqual({ ...placed, pivots: drawn.pivots });
        expect(drawn.pivots).toHaveLength(placed.pivots.length);
        expect(drawn.pivots).toEqual([...new Set(drawn.pivots)].sort((a, b) => a - b));
        for (const pivot of drawn.pivots) expect([...tokens.keys()]).toContain(pivot);
      }),
    );
  });

  it("are the same each time, and others for another seed or another trace", () => {
    const of = (tokens: readonly string[], randomSeed: number) =>
      findPivots(tokens, { ...random, randomSeed }).pivots.join();
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    expect(of(trace("a"), 3)).toBe(of(trace("a"), 3));
    expect(new Set(seeds.map((seed) => of(trace("a"), seed))).size).toBeGreaterThan(10);
    expect(new Set(seeds.map((seed) => of(trace(`a${seed}`), 1))).size).toBeGreaterThan(10);
  });

  it("fall everywhere in the trace", () => {
    const tokens = trace("a");
    const hit = new Set(
      Array.from({ length: 200 }, (_, randomSeed) => findPivots(tokens, { ...random, randomSeed }).pivots).flat(),
    );
    expect(hit.size).toBe(tokens.length);
  });
});

describe("pivotWindow", () => {
  it("joins overlapping windows and stops at the ends", () => {
    expect(pivotWindow([0, 5, 6], 9, 1)).toEqual([0, 1, 4, 5, 6, 7]);
    expect(pivotWindow([8], 9, 2)).toEqual([6, 7, 8]);
    expect(pivotWindow([], 9, 2)).toEqual([]);
  });

  it("holds exactly the positions that lie within the window of some pivot", () => {
    const length = 40;
    fc.assert(
      fc.property(fc.array(fc.nat(length - 1), { maxLength: 5 }), fc.nat(12), (pivots, window) => {
        const expected = Array.from({ length }, (_, position) => position).filter((position) =>
          pivots.some((pivot) => Math.abs(pivot - position) <= window),
        );
        expect(pivotWindow(pivots, length, window)).toEqual(expected);
      }),
    );
  });
});

interface SceneExpectations {
  readonly evaluation: readonly { trace_ids: number[]; greedy_ids: number[]; greedy_text: string; pivots: number[] }[];
}

describeWithShared(
  "pivots of the tiny-scenes checkpoint",
  (folder) => {
    const checkpoint = "checkpoints/tiny-scenes";
    const tokenizer = new Tokenizer(
      readSharedJson<object>(folder, `${checkpoint}/tokenizer.json`),
      readSharedJson<object>(folder, `${checkpoint}/tokenizer_config.json`),
    );
    const { evaluation } = readSharedJson<SceneExpectations>(folder, `${checkpoint}/expected.json`);

    it.each(evaluation)("are those of the reference: $greedy_text", (sample) => {
      const texts = sample.trace_ids.map((id) => tokenizer.decode([id], { skip_special_tokens: true }));
      expect(texts.join("").trim()).toBe(sample.greedy_text);
      const result = findPivots(texts, defaultPivotParameters());
      expect(result.pivots).toEqual(sample.pivots);
      expect(result.fallback).toBe(false);
    });
  },
  ["checkpoints/tiny-scenes/expected.json", "checkpoints/tiny-scenes/tokenizer.json"],
);
