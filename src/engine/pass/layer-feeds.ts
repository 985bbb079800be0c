/**
 * What the layers of a tower are fed beside hidden states, weights and masks: rotary tables, and who sees whom. The
 * architecture says both as data; each kind of layers gets its own.
 */
import {
  ALL_LAYERS,
  type DecodeOptions,
  type LayerFeeds,
  type LayerSpec,
  type PictureAttention,
  type PositionInputs,
  type TowerDefinition,
} from "../../models/architectures/definition.ts";
import { biasDims, biasOption, type Sequences } from "../../models/architectures/shared/attention-scheme.ts";
import {
  ANY_SEQUENCE,
  equalPositions,
  type PositionScheme,
  type Positions,
  rotaryTables,
} from "../../models/architectures/shared/rope.ts";
import type { FrameFeed } from "../../models/pictures.ts";
import type { Feeds, Tensor } from "../../runtime/backend.ts";
import { groupsOf } from "./rows.ts";
import type { TensorScope } from "./scope.ts";

/** Feeds of a layer, and the options of the graphs that take them. */
export interface LayerInputs {
  readonly feeds: Feeds;
  readonly options: PositionInputs & Pick<DecodeOptions, "padded">;
}

/**
 * What a layer is fed for one group of samples, null where it is passed over. What is made for the call alone is `scope`'s.
 */
export type SharedFeeds = (layer: LayerSpec, group: number, scope: TensorScope) => LayerInputs | null;

/** What pictures give layers that attend to them: as many rows for every sample, group by group. */
export interface PictureStates {
  readonly rows: number;
  /** [samples · rows, width] each. */
  readonly groups: readonly Tensor[];
}

const NOTHING: LayerInputs = { feeds: {}, options: {} };

/** For layers that take nothing beside hidden states, weights and masks. */
export const nothingShared: SharedFeeds = () => NOTHING;

/**
 * Feeds for whole sequences, padded on the right to `rows` rows, in groups of the given sizes; they are the scope's.
 * `samples`: one of each sequence, null for padding.
 */
export function layerFeeds(
  scope: TensorScope,
  tower: TowerDefinition,
  samples: Sequences,
  rows: number,
  sizes: readonly number[],
  states: PictureStates | null = null,
): SharedFeeds {
  const groups = groupsOf(sizes).map(({ first, end }) => samples.slice(first, end));
  const byName = new Map(
    [...new Set(tower.layers.map(({ feeds = ALL_LAYERS }) => feeds))].map((name) => {
      const own = tower.feeds[name];
      if (own?.pictures) return [name, pictureInputs(scope, own.pictures, groups, rows, states)] as const;
      return [name, own ? inputsOf(scope, tower, own, groups, rows) : groups.map(() => NOTHING)] as const;
    }),
  );
  return ({ feeds = ALL_LAYERS }, group) => {
    const inputs = byName.get(feeds);
    return inputs ? (inputs[group] ?? NOTHING) : null;
  };
}

/** Of layers that attend to pictures; null where there is none in the whole batch. */
function pictureInputs(
  scope: TensorScope,
  pictures: PictureAttention,
  groups: readonly Sequences[],
  rows: number,
  states: PictureStates | null,
): LayerInputs[] | null {
  if (states === null) return null;
  return groups.map((samples, group) => {
    const span = { first: samples.map(() => 0), count: rows };
    const own = uploadAll(scope, pictures.feeds(samples, span, states.rows));
    return { feeds: { ...own, states: states.groups[group] as Tensor }, options: {} };
  });
}

/** Uploads numbers by name; they are the scope's. */
export function uploadAll(scope: TensorScope, numbers: Readonly<Record<string, FrameFeed>>): Feeds {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, { values, shape }]) => [name, scope.upload(values, shape)]),
  );
}

/** The same for each group; what all groups have in common is made once. */
function inputsOf(
  scope: TensorScope,
  tower: TowerDefinition,
  { positions, attention }: LayerFeeds,
  groups: readonly Sequences[],
  rows: number,
): LayerInputs[] {
  const once = <Made>(perSample: boolean, make: (samples: Sequences) => Made) => {
    const [first] = groups;
    if (perSample || !first) return groups.map(make);
    const made = make(first);
    return groups.map(() => made);
  };
  const tables = positions && once(positions.perSample, (samples) => tablesOf(scope, positions, samples, rows));
  const biases =
    attention &&
    once(attention.perSample, (samples): LayerInputs => {
      const bias = attention.bias(samples, rows);
      if (bias === null) return NOTHING;
      const { shape, values } = bias;
      return {
        feeds: { attention_bias: scope.upload(values, biasDims(shape, samples.length, rows)) },
        options: biasOption(tower.tower, shape),
      };
    });
  return groups.map((_, group) => {
    const [turned, seen] = [tables?.[group] ?? NOTHING, biases?.[group] ?? NOTHING];
    return { feeds: { ...turned.feeds, ...seen.feeds }, options: { ...turned.options, ...seen.options } };
  });
}

/** One table where all samples of a group have the same positions, which padding never contradicts. */
function tablesOf(scope: TensorScope, scheme: PositionScheme, samples: Sequences, rows: number): LayerInputs {
  const real = scheme.perSample ? samples.filter((sample) => sample !== null) : [];
  const known = real.map((sample) => scheme.of(sample, 0, rows));
  const [first = scheme.of(ANY_SEQUENCE, 0, rows), ...others] = known;
  const alike = others.every((own) => equalPositions(own, first));
  if (alike) return { feeds: ownTables(scope, scheme, [first], rows, false), options: {} };
  const byPlace = samples.map((sample) => (sample ? scheme.of(sample, 0, rows) : first));
  return { feeds: ownTables(scope, scheme, byPlace, rows), options: { ownPositions: true } };
}

/**
 * Tables of every sample, [samples, 1, rows, head size], or of the only one, [rows, head size], where not `ofEach`; they
 * are the scope's.
 */
export function ownTables(
  scope: TensorScope,
  { plan }: PositionScheme,
  positions: readonly Positions[],
  rows: number,
  ofEach = true,
): Feeds {
  const width = 2 * plan.frequencies.length;
  const tables = positions.map((own) => rotaryTables(plan, own));
  const joined = (name: "cosine" | "sine") => {
    const values = new Float32Array(positions.length * rows * width);
    tables.forEach((table, index) => {
      values.set(table[name], index * rows * width);
    });
    return scope.upload(values, ofEach ? [positions.length, 1, rows, width] : [rows, width]);
  };
  return { rope_cosine: joined("cosine"), rope_sine: joined("sine") };
}
