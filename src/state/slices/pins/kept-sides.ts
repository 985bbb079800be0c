/**
 * Pinned sides, kept in this browser with all that draws them, so that a reload shows also those that the address cannot have
 * made again: of another picture, question or model. In the address one is named "~NAME" among the pins.
 */
import { readJson, textSource } from "../../../core/json/read.ts";
import { anyObject, integer, list, number, object, oneOf } from "../../../core/json/schemas.ts";
import { createUnitLayout, type Module, moduleKey } from "../../../core/unit.ts";
import type { RecordStore } from "../../environment.ts";
import { pinsSchema } from "../../session/format.ts";
import { readSide, saveSide } from "../../session/session-pins.ts";
import { createNamedRecords, type NamedRecords } from "../named-records.ts";
import type { Limits } from "../within-limits.ts";
import type { Side } from "./pins-state.ts";

/** Of all pages of this browser. */
export const SIDE_LIMITS: Limits = { most: 6, bytes: 60e6 };

const SIDES = { index: "pinned-sides", kind: "pinned-side", limits: SIDE_LIMITS, largest: 30e6 };

export interface KeptSides extends Pick<NamedRecords, "list" | "remove"> {
  /** Keeps a side that is measured; null for one that is not. Otherwise as `NamedRecords`. */
  keep(side: Side): Promise<string | null>;
  find(name: string): Promise<Side | "damaged" | null>;
}

const moduleSchema = object({
  ...{ tower: oneOf(["text", "vision"]), layer: integer(0), kind: oneOf(["attn", "mlp"]) },
  ...{ unitCount: integer(0), unitCost: number(0) },
});
const recordSchema = object({ modules: list(moduleSchema), totalParameters: number(0), side: anyObject });

/** @param date milliseconds since 1970. */
export function createKeptSides(records: RecordStore, date: () => number): KeptSides {
  const { keep, find, list, remove } = createNamedRecords(records, date, SIDES);
  return {
    ...{ list, remove },
    async keep(side) {
      const saved = saveSide(side);
      if (!saved) return null;
      const { modules, totalParameters } = side.layout;
      const { model, input } = side.of;
      const about = { title: input.question.slice(0, 120), model: model.label, content: input.content };
      return keep(JSON.stringify({ modules, totalParameters, side: saved }), about);
    },
    find: (name) =>
      find(name, (json) => {
        const source = textSource("record");
        const { modules, totalParameters, side } = readJson(recordSchema, JSON.parse(json), source);
        const layout = createUnitLayout(
          modules.map((one): Module => ({ ...one, key: moduleKey(one.tower, one.layer, one.kind) })),
          totalParameters,
        );
        const [saved] = readJson(pinsSchema, [side], source);
        const read = saved && readSide(saved, layout);
        if (!read) throw new Error("The side is damaged.");
        return read;
      }),
  };
}
