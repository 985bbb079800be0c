import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryLayout } from "./testing/layouts.ts";
import { createUnitLayout, indexOf, moduleKey, rangeOf } from "./unit.ts";

describe("a unit layout", () => {
  it("finds every module by tower, layer and kind", () => {
    fc.assert(
      fc.property(arbitraryLayout, (layout) => {
        for (const [index, { tower, layer, kind }] of layout.modules.entries()) {
          expect(indexOf(layout, tower, layer, kind)).toBe(index);
        }
      }),
    );
  });

  it("gives each unit to exactly one module, in order", () => {
    fc.assert(
      fc.property(arbitraryLayout, (layout) => {
        let next = 0;
        for (const [index, { unitCount }] of layout.modules.entries()) {
          const { first, end } = rangeOf(layout, index);
          expect(first).toBe(next);
          expect(end - first).toBe(unitCount);
          next = end;
        }
        expect(next).toBe(layout.unitCount);
      }),
    );
  });

  it("refuses what it does not have", () => {
    const module = {
      key: moduleKey("text", 0, "mlp"),
      tower: "text",
      layer: 0,
      kind: "mlp",
      unitCount: 3,
      unitCost: 1,
    } as const;
    const layout = createUnitLayout([module], 10);
    expect(() => indexOf(layout, "text", 0, "attn")).toThrow(/no module text\.0\.attn/);
    expect(() => indexOf(layout, "vision", 0, "mlp")).toThrow(/no module vision\.0\.mlp/);
    for (const place of [-1, 1]) expect(() => rangeOf(layout, place)).toThrow(/no module/);
  });
});
