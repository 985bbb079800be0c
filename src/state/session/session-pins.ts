/** Pinned sides to and from a session: those that are measured, and of models laid out like the one at hand. */
import { PivotscopeError } from "../../core/errors.ts";
import { parsePlan } from "../../core/parse-plan.ts";
import { createPlan, serialisePlan } from "../../core/plan.ts";
import { planFrame } from "../../core/plan-frame.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { ENDED } from "../job-state.ts";
import type { WorkbenchState } from "../shape.ts";
import { decodeScene, encodeScene } from "../slices/input/scene-link.ts";
import { seal } from "../slices/kept/answer-records.ts";
import { openRecord } from "../slices/kept/kept-answers.ts";
import { MAXIMUM_PINS, type Pin, type Side } from "../slices/pins/pins-state.ts";
import { sameLayout } from "../slices/pins/side.ts";
import type { SavedPin } from "./format.ts";

/** @returns the sides for a file, and how many are left out. */
export function savePins({ pins: { pins, wanted }, model }: WorkbenchState): {
  readonly saved: readonly SavedPin[];
  readonly leftOut: number;
} {
  const layout = model.summary?.layout;
  const saved = pins.flatMap(({ side }): readonly SavedPin[] => {
    const one = layout && sameLayout(side.layout, layout) ? saveSide(side) : null;
    return one ? [one] : [];
  });
  return { saved, leftOut: pins.length - saved.length + wanted.length };
}

/** A side in a file's form; null for one that is not measured. */
export function saveSide({ of, layout, frame, dense, picture, scene, measured }: Side): SavedPin | null {
  if (!measured?.answer) return null;
  const { method, parameters, asked } = of.plan;
  const plan = createPlan(layout, frame, { model: of.model, method, parameters, askedRatio: asked });
  const { measurement, answer } = measured;
  return {
    version: of.version,
    model: of.model,
    input: of.input,
    plan: JSON.parse(serialisePlan(plan)),
    text: seal("pin", { trace: dense, measured: [{ plan: of.plan, measurement, answer }] }).text,
    picture: { width: picture.width, pixels: toBase64(picture.pixels) },
    scene: scene && encodeScene(scene),
  };
}

/** @throws PivotscopeError `bad-input` or `unsupported` naming what of a side is wrong. */
export function readPins(saved: readonly SavedPin[], layout: UnitLayout): readonly Pin[] {
  return saved.slice(0, MAXIMUM_PINS).map((one, place): Pin => {
    const side = readSide(one, layout);
    if (!side) throw new PivotscopeError("bad-input", `pins.json: side ${place + 1} is damaged.`);
    // The page counts its own from 1.
    return { ...ENDED, id: -1 - place, side };
  });
}

/**
 * Null for a side whose words, numbers or picture are damaged.
 * @throws PivotscopeError `bad-input` or `unsupported` naming what of its plan or scene is wrong.
 */
export function readSide(saved: SavedPin, layout: UnitLayout): Side | null {
  const { version, model, input, plan, text, picture, scene } = saved;
  const record = openRecord(text)?.parts;
  const [measured] = record?.measured ?? [];
  const pixels = fromBase64(picture.pixels);
  if (!record?.trace || !measured || !pixels || pixels.length === 0 || pixels.length % (4 * picture.width) !== 0) {
    return null;
  }
  const of = { version, model, input, plan: measured.plan };
  const { measurement, answer } = measured;
  return {
    of,
    layout,
    frame: planFrame(parsePlan(JSON.stringify(plan)), layout),
    dense: record.trace,
    picture: { width: picture.width, height: pixels.length / (4 * picture.width), pixels },
    scene: scene === null ? null : decodeScene(scene),
    measured: { of, measurement, answer },
  };
}

function toBase64(bytes: Uint8ClampedArray): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8ClampedArray<ArrayBuffer> | null {
  try {
    return Uint8ClampedArray.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
