import { describe, expect, it } from "vitest";
import { readJson } from "../../../../core/json/read.ts";
import { CONFIG } from "../config-fields.ts";
import { ropeOf, ropeSchema, rotaryPlan, sectionedRopeSchema } from "./rope-config.ts";

const HEAD = 128;

const read = (found: object) => ropeOf([readJson(sectionedRopeSchema, found, CONFIG)], 1e4, HEAD);
const plan = (found: object) => rotaryPlan({ headSize: HEAD, ...read(found) });
const plain = plan({});

describe("rotary positions of a config", () => {
  it("divides all frequencies by a linear factor", () => {
    const found = plan({ type: "linear", factor: 8 });
    found.frequencies.forEach((frequency, pair) => {
      expect(frequency).toBeCloseTo((plain.frequencies[pair] ?? 0) / 8, 12);
    });
  });

  it("slows down long waves only, as Llama 3.1 does", () => {
    const llama3 = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
    const found = plan({ rope_type: "llama3", rope_theta: 5e5, factor: 8, ...llama3 });
    // transformers 5.24: ROPE_INIT_FUNCTIONS["llama3"] with these numbers, pairs 0, 25, 30, 35, 40 and 63.
    const wanted = [
      [0, 1.0],
      [25, 0.005940730683505535],
      [30, 0.0013718936825171113],
      [35, 9.556212171446532e-5],
      [40, 3.428102354519069e-5],
      [63, 3.068925877869333e-7],
    ] as const;
    for (const [pair, frequency] of wanted) {
      expect(Math.abs((found.frequencies[pair] ?? 0) / frequency - 1)).toBeLessThan(1e-6);
    }
  });

  it("shares pairs out among three axes, one after another or in turns", () => {
    const sections = (change: object) => plan({ rope_type: "default", ...change }).axes;
    const blocks = sections({ mrope_section: [16, 24, 24] });
    expect([0, 15, 16, 39, 40, 63].map((pair) => blocks[pair])).toEqual([0, 0, 1, 1, 2, 2]);
    const turns = sections({ mrope_section: [24, 20, 20], mrope_interleaved: true });
    expect([0, 1, 2, 3, 58, 59, 60, 61, 62, 63].map((pair) => turns[pair])).toEqual([0, 1, 2, 0, 1, 2, 0, 0, 0, 0]);
    expect(read({ type: "mrope", mrope_section: [16, 24, 24] }).ropeScaling).toBeUndefined();
  });

  it("takes the newer dialect's fields before the older's", () => {
    const both = [{ rope_theta: 7 }, { rope_theta: 5, rope_type: "linear" as const, factor: 2 }];
    expect(ropeOf(both, 3, HEAD)).toEqual({ ropeTheta: 7, ropeScaling: { type: "linear", factor: 2 } });
  });

  it.each([
    [{ rope_type: "linear" }, /there is no factor/],
    [{ rope_type: "llama3", factor: 8, low_freq_factor: 1 }, /there is no high_freq_factor/],
    [
      { rope_type: "llama3", factor: 8, low_freq_factor: 4, high_freq_factor: 4, original_max_position_embeddings: 9 },
      /low_freq_factor 4 is not below/,
    ],
    [{ mrope_section: [16, 24, 25] }, /does not add up to the 64 pairs/],
    [{ mrope_section: [1, 1, 1, 61] }, /mrope_section.*a list of 1 to 3 entries/],
    [{ rope_type: "linear", factor: 0.5 }, /factor/],
  ])("refuses %j", { tags: ["attack"] }, (found, message) => {
    expect(() => read(found)).toThrow(
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringMatching(message) }),
    );
  });

  it("refuses sections where a model counts its tokens only, and types that are not built in", {
    tags: ["attack"],
  }, () => {
    expect(() => readJson(ropeSchema, { type: "mrope" }, CONFIG)).toThrow(
      /"mrope"; supported: "default", "linear", "llama3"/,
    );
    expect(() => read({ rope_type: "yarn" })).toThrow(expect.objectContaining({ code: "unsupported" }));
  });
});
