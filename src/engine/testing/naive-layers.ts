/**
 * Layers of both towers written down once more in float64 as lists of rows, straight from a checkpoint's tensors: what
 * tests of values inside a layer compare with. Slow, for tiny models.
 */

import type { DecoderConfig } from "../../models/architectures/shared/decoder/config.ts";
import type { VisionConfig } from "../../models/architectures/shared/encoder/config.ts";
import type { SafetensorsFile } from "../../models/testing/safetensors-file.ts";

export type Row = readonly number[];
export type Rows = readonly Row[];

/** One matrix of a layer as the checkpoint has it, [outputs][inputs], and what goes into it, [tokens][inputs]. */
export interface NaiveMatrix {
  readonly weight: Rows;
  readonly input: Rows;
}

export interface NaiveLayer {
  readonly input: Rows;
  readonly attentionOutput: Rows;
  readonly mlpOutput: Rows;
  readonly output: Rows;
  readonly matrices: readonly NaiveMatrix[];
}

export function rowsOf(values: ArrayLike<number>, width: number): Rows {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (_, column) => values[row * width + column] ?? Number.NaN),
  );
}

export function dot(a: Row, b: Row): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);
}

const mean = (row: Row) => row.reduce((sum, value) => sum + value, 0) / row.length;
const at = (row: Row | undefined, index: number) => row?.[index] ?? Number.NaN;
const addRows = (a: Rows, b: Rows): Rows => a.map((row, t) => row.map((value, i) => value + at(b[t], i)));
const slice = (rows: Rows, head: number, size: number): Rows =>
  rows.map((row) => row.slice(head * size, (head + 1) * size));

function reader(weights: SafetensorsFile, stem: string) {
  const vector = (name: string): Row => Array.from(weights.readFloat32(`${stem}.${name}`));
  const matrix = (name: string): Rows => {
    const full = `${stem}.${name}`;
    return rowsOf(weights.readFloat32(full), weights.tensors.get(full)?.shape[1] ?? 1);
  };
  return { vector, matrix };
}

function project(input: Rows, weight: Rows, bias?: Row): Rows {
  return input.map((row) => weight.map((line, index) => dot(row, line) + (bias ? at(bias, index) : 0)));
}

/** Softmax attention of one head; `sees` says which tokens a token looks at. */
function attend(query: Rows, key: Rows, value: Rows, sees: (token: number, other: number) => boolean): Rows {
  const scale = (query[0]?.length ?? 1) ** -0.5;
  return query.map((q, token) => {
    const powers = key.map((k, other) => (sees(token, other) ? Math.exp(dot(q, k) * scale) : 0));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return q.map((_, column) =>
      powers.reduce((sum, power, other) => sum + (power / total) * at(value[other], column), 0),
    );
  });
}

const joinHeads = (heads: readonly Rows[]): Rows =>
  (heads[0] ?? []).map((_, token) => heads.flatMap((rows) => rows[token] ?? []));

function rotate(rows: Rows, theta: number): Rows {
  return rows.map((row, position) => {
    const half = row.length / 2;
    return row.map((value, index) => {
      const angle = position * theta ** (-(index % half) / half);
      const partner = index < half ? -at(row, index + half) : at(row, index - half);
      return value * Math.cos(angle) + partner * Math.sin(angle);
    });
  });
}

/** One decoder layer on the hidden states of one sequence. */
export function naiveDecoderLayer(
  weights: SafetensorsFile,
  stem: string,
  config: DecoderConfig,
  input: Rows,
): NaiveLayer {
  const { vector, matrix } = reader(weights, stem);
  const { heads, keyValueHeads, headSize, normEpsilon, ropeTheta } = config;
  const norm = (rows: Rows, scale: Row): Rows =>
    rows.map((row) => {
      const factor = 1 / Math.sqrt(mean(row.map((value) => value * value)) + normEpsilon);
      return row.map((value, index) => value * factor * at(scale, index));
    });
  const attentionInput = norm(input, vector("input_layernorm.weight"));
  const [q, k, v] = ["q_proj", "k_proj", "v_proj"].map((name) => matrix(`self_attn.${name}.weight`));
  const o = matrix("self_attn.o_proj.weight");
  const [queries, keys, values] = [q, k, v].map((weight) => project(attentionInput, weight ?? []));
  const context = joinHeads(
    Array.from({ length: heads }, (_, head) => {
      const group = Math.floor(head / (heads / keyValueHeads));
      return attend(
        rotate(slice(queries ?? [], head, headSize), ropeTheta),
        rotate(slice(keys ?? [], group, headSize), ropeTheta),
        slice(values ?? [], group, headSize),
        (token, other) => other <= token,
      );
    }),
  );
  const attentionOutput = project(context, o);
  const middle = addRows(input, attentionOutput);
  const mlpInput = norm(middle, vector("post_attention_layernorm.weight"));
  const [gate, up, down] = ["gate", "up", "down"].map((name) => matrix(`mlp.${name}_proj.weight`));
  const ups = project(mlpInput, up ?? []);
  const activation = project(mlpInput, gate ?? []).map((row, token) =>
    row.map((value, index) => (value / (1 + Math.exp(-value))) * at(ups[token], index)),
  );
  const mlpOutput = project(activation, down ?? []);
  return {
    ...{ input, attentionOutput, mlpOutput },
    output: addRows(middle, mlpOutput),
    matrices: [
      ...[q, k, v].map((weight) => ({ weight: weight ?? [], input: attentionInput })),
      { weight: o, input: context },
      ...[gate, up].map((weight) => ({ weight: weight ?? [], input: mlpInput })),
      { weight: down ?? [], input: activation },
    ],
  };
}

/** One encoder layer on the hidden states of one picture. */
export function naiveEncoderLayer(
  weights: SafetensorsFile,
  stem: string,
  config: VisionConfig,
  input: Rows,
): NaiveLayer {
  const { vector, matrix } = reader(weights, stem);
  const norm = (rows: Rows, name: string): Rows => {
    const [scale, bias] = [vector(`${name}.weight`), vector(`${name}.bias`)];
    return rows.map((row) => {
      const centre = mean(row);
      const factor = 1 / Math.sqrt(mean(row.map((value) => (value - centre) ** 2)) + config.normEpsilon);
      return row.map((value, index) => (value - centre) * factor * at(scale, index) + at(bias, index));
    });
  };
  const layer = (rows: Rows, name: string) => project(rows, matrix(`${name}.weight`), vector(`${name}.bias`));
  const headSize = config.hiddenSize / config.heads;
  const attentionInput = norm(input, "layer_norm1");
  const [queries, keys, values] = ["q_proj", "k_proj", "v_proj"].map((name) =>
    layer(attentionInput, `self_attn.${name}`),
  );
  const context = joinHeads(
    Array.from({ length: config.heads }, (_, head) => {
      const [q, k, v] = [queries, keys, values].map((rows) => slice(rows ?? [], head, headSize));
      return attend(q ?? [], k ?? [], v ?? [], () => true);
    }),
  );
  const attentionOutput = layer(context, "self_attn.out_proj");
  const middle = addRows(input, attentionOutput);
  const mlpInput = norm(middle, "layer_norm2");
  const activation = layer(mlpInput, "mlp.fc1").map((row) =>
    row.map((x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  );
  const mlpOutput = layer(activation, "mlp.fc2");
  const weight = (name: string) => matrix(`${name}.weight`);
  return {
    ...{ input, attentionOutput, mlpOutput },
    output: addRows(middle, mlpOutput),
    matrices: [
      ...["q_proj", "k_proj", "v_proj"].map((name) => ({ weight: weight(`self_attn.${name}`), input: attentionInput })),
      { weight: weight("self_attn.out_proj"), input: context },
      { weight: weight("mlp.fc1"), input: mlpInput },
      { weight: weight("mlp.fc2"), input: activation },
    ],
  };
}
