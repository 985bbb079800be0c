/** From a description to the models that are measured. */

import { PivotscopeError } from "../errors.ts";
import type { Planner } from "../methods/method.ts";
import { removedShare } from "../removed-share.ts";
import type { UnitLayout } from "../unit.ts";
import { plural } from "../words.ts";
import type { Cell, ExperimentDescription, Series } from "./experiment.ts";

/** The dense model, that everything is compared with. */
export function denseCell(): Cell {
  return { id: "dense", series: null, place: 0, reachedRatio: 0, pruning: null };
}

/** Id of a series' cell at an asked ratio, for example "mucrasp@0.4". */
export function seriesCellId(series: string, ratio: number): string {
  return `${series}@${ratio}`;
}

/** Id of the cell whose window starts at a text layer, for example "window@3". */
export function windowCellId(first: number): string {
  return `window@${first}`;
}

/**
 * Every cell of an experiment, the dense model first.
 *
 * @param plannerOf prepares a series for a layout's model; called once per series of a sweep, never for windows. A
 *   planner's arrays are copied, so that it may overwrite them at the next ratio.
 * @throws PivotscopeError `bad-input` as the planners do, and for a window that is larger than the tower.
 */
export function cellsOf(
  description: ExperimentDescription,
  layout: UnitLayout,
  plannerOf: (series: Series) => Planner,
): readonly Cell[] {
  if (description.kind === "windows") return [denseCell(), ...windowCells(layout, description.size)];
  const [first, ...others] = description.series.map((series) =>
    seriesCells(series, description.ratios, plannerOf(series)),
  );
  if (first === undefined) return [denseCell()];
  return [
    denseCell(),
    ...first,
    ...others.flatMap((cells) => cells.map((cell, place) => comparedWith(cell, first[place]))),
  ];
}

/** A cell with the share of units that its plan treats otherwise than another one's. */
function comparedWith(cell: Cell, other: Cell | undefined): Cell {
  const [own, theirs] = [cell.pruning?.keep, other?.pruning?.keep];
  if (!own || !theirs || own.length === 0) return cell;
  const unlike = own.reduce((count, kept, unit) => count + (kept === theirs[unit] ? 0 : 1), 0);
  return { ...cell, unlikeFirst: unlike / own.length };
}

/** The cells of one series, one per ratio. */
export function seriesCells(series: Series, ratios: readonly number[], plan: Planner): readonly Cell[] {
  return ratios.map((ratio) => {
    const { keep, meanInputs, reachedRatio } = plan(ratio);
    return {
      id: seriesCellId(series.id, ratio),
      series: series.id,
      place: ratio,
      reachedRatio,
      pruning: { keep: keep.slice(), meanInputs: meanInputs === null ? null : meanInputs.slice() },
    };
  });
}

/**
 * One cell per position of a window of `size` neighbouring text layers whose MLPs are zeroed (docs/method.md,
 * "What is measured on the pruned model"). `place` is the window's first layer.
 * @throws PivotscopeError `bad-input` when the text tower has fewer layers.
 */
export function windowCells(layout: UnitLayout, size: number): readonly Cell[] {
  const layers = textMlps(layout);
  if (!Number.isInteger(size) || size < 1 || size > layers.length) {
    throw new PivotscopeError(
      "bad-input",
      `size: found ${size}, but windows lie within the model's ${plural(layers.length, "text layer")}.`,
      `Choose a whole number from 1 to ${layers.length}.`,
    );
  }
  return layers.slice(0, layers.length - size + 1).map((_, first) => {
    const keep = new Uint8Array(layout.unitCount).fill(1);
    for (const module of layers.slice(first, first + size)) {
      keep.fill(0, layout.offsets[module], layout.offsets[module + 1]);
    }
    const reachedRatio = removedShare(layout, keep);
    return { id: windowCellId(first), series: null, place: first, reachedRatio, pruning: { keep, meanInputs: null } };
  });
}

/** Positions in the layout of the text tower's MLPs, by layer. */
export function textMlps(layout: UnitLayout): readonly number[] {
  return [...layout.modules.entries()]
    .filter(([, module]) => module.tower === "text" && module.kind === "mlp")
    .sort(([, a], [, b]) => a.layer - b.layer)
    .map(([index]) => index);
}

/** CMDS of the MLP of every text layer, from one number per module. */
export function textCmds(layout: UnitLayout, cmds: ArrayLike<number>): readonly number[] {
  return textMlps(layout).map((index) => cmds[index] ?? Number.NaN);
}
