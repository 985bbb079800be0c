// @module-tag attack
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSharedState, EMPTY_SHARED_STATE, encodeSharedState, type SharedState } from "./url.ts";

const text = fc.option(fc.string({ minLength: 1, unit: "grapheme" }), { nil: null });
const shared: fc.Arbitrary<SharedState> = fc.record({
  model: text,
  example: text,
  picture: text,
  scene: text,
  question: text,
  ratio: fc.option(
    fc.integer({ min: 0, max: 700 }).map((thousandths) => thousandths / 1000),
    { nil: null },
  ),
  method: text,
  plan: text,
  pins: fc.array(
    fc.record({
      method: fc.stringMatching(/^[a-z][a-z-]*$/),
      ratio: fc.option(
        fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
        { nil: null },
      ),
    }),
  ),
  tab: text,
  metric: text,
  backend: fc.constantFrom(null, "cpu" as const, "webgpu" as const),
  precision: fc.constantFrom(null, "float32" as const, "float16" as const),
  // The query carries it, not the hash.
  hub: fc.constant(null),
  split: fc.boolean(),
  tokens: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: null }),
  samples: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: null }),
  parameters: fc.dictionary(fc.stringMatching(/^[a-zA-Z]+$/), fc.json()),
});

describe("links", () => {
  it("give back what went in", () => {
    fc.assert(
      fc.property(shared, (state) => {
        const back = decodeSharedState(`#${encodeSharedState(state)}`);
        const rounded = ({ ratio, pins, ...others }: SharedState) => ({
          ...others,
          ratio: ratio?.toFixed(3),
          pins: pins.map((pin) => ({ ...pin, ratio: pin.ratio?.toFixed(3) })),
        });
        expect(rounded(back)).toEqual(rounded(state));
        expect({ ...back.parameters }).toEqual({ ...state.parameters });
      }),
    );
  });

  it("write the ratio in per cent and leave absent fields out", () => {
    expect(encodeSharedState({ ...EMPTY_SHARED_STATE, ratio: 0.38, example: "3" })).toBe("example=3&ratio=38");
    expect(encodeSharedState(EMPTY_SHARED_STATE)).toBe("");
  });

  it("write pins short, leave out what cannot be read, and open the comparison for the older second method", () => {
    const pins = [
      { method: "wanda-sp", ratio: 0.5 },
      { method: "flap", ratio: 0.5234 },
    ];
    expect(encodeSharedState({ ...EMPTY_SHARED_STATE, pins })).toBe("pin=wanda-sp_50+flap_52.34");
    expect(decodeSharedState("pin=wanda-sp_50+flap_lots+_3+random_101").pins).toEqual([pins[0]]);
    expect(decodeSharedState("with=flap")).toMatchObject({ pins: [{ method: "flap", ratio: null }], tab: "compare" });
    expect(decodeSharedState("with=flap&tab=curves").tab).toBe("curves");
  });

  it("take unreadable values as absent", () => {
    const link = "ratio=lots&samples=-2&backend=quantum&unknown=1&set.=3";
    expect(decodeSharedState(link)).toEqual(EMPTY_SHARED_STATE);
  });

  it("honour the backend in the query as well, the hash first", () => {
    expect(decodeSharedState("", "?backend=cpu").backend).toBe("cpu");
    expect(decodeSharedState("backend=webgpu", "?backend=cpu").backend).toBe("webgpu");
  });

  it("take the precision from either, and the hub's address from the query alone", () => {
    expect(decodeSharedState("precision=float16", "?precision=float32").precision).toBe("float16");
    expect(decodeSharedState("", "?precision=float64").precision).toBeNull();
    expect(decodeSharedState("", "?hub=http://localhost:1234/").hub).toBe("http://localhost:1234");
    expect(decodeSharedState("", "?hub=https://mirror.example/hf/").hub).toBe("https://mirror.example/hf");
    expect(decodeSharedState("hub=http://localhost:1234").hub).toBeNull();
    for (const hub of ["javascript:alert(1)", "https://name:word@mirror.example", "mirror"]) {
      expect(decodeSharedState("", `?hub=${encodeURIComponent(hub)}`).hub).toBeNull();
    }
  });
});
