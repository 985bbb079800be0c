// First and second order terms of one linear layer's weight W along its lines, without ever storing a gradient of the
// weight's size (LLM-Pruner, arXiv 2305.11627). Samples j of a batch are `rows` rows each:
//
//   T_j[r,c] = Σ_n G[n,r] · X[n,c],   T = Σ_j T_j,   F = Σ_j φ_j · T_j²
//   per batch and line: |Σ w·t|, Σ|w·t|, Σ w²·f, Σ|w·t − ½·w²·f|; the accumulator, [4, lines], adds them up over batches
//
// Lines are rows r of W (sums run over columns) or columns c (sums run over rows).
//
// Pass 1, multiply: one workgroup makes a 64 × 32 tile of one batch's T and F over all its samples, every invocation
// 8 × 4 of both (rows r … r+3 and r+32 … r+35; what runs over n in registers), and sums the terms along the lines over the tile. The
// tile's line sums go to `partials`, [batches, slices, lines] of vec4 (Σ w·t, Σ|w·t|, Σ w²·f, Σ|w·t − ½·w²·f|), slice =
// position of the tile along the sum. `multiply4` is the same for sizes that are multiples of 4. Pass 2, fold: one
// invocation adds up one line. Every sum has one owner and a fixed order, so results are deterministic.
//
// Bindings: 0 parameters; 1 W [outputs, inputs]; 2 X [batches·samples·rows, inputs]; 3 G [batches·samples·rows,
// outputs]; 4 φ [batches·samples]; 5 accumulator; 6 partials. Matrices row-major float32; buffers may be larger.

struct Parameters {
  outputs: u32,
  inputs: u32,
  batches: u32,
  samples_per_batch: u32,
  rows_per_sample: u32,
  // 0: lines are rows of W, 1: columns.
  axis: u32,
  accumulator_offset: u32,
}

const SIDE = 8u;
// The descriptor's: the tile of a workgroup, 8 × 4 numbers of each of its 8 × 8 invocations; invocations of fold.
override TILE_ROWS: u32;
override TILE_COLUMNS: u32;
override FOLD: u32;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read> fisher_weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> accumulator: array<f32>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec4<f32>>;

// The same buffers as vectors, for multiply4.
@group(0) @binding(2) var<storage, read> input4: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient4: array<vec4<f32>>;

// What each invocation has of each of its tile's lines: [line, invocation across the line].
var<workgroup> line_sums: array<vec4<f32>, 512>;

struct Place {
  batch: u32,
  tile_row: u32,
  tile_column: u32,
}

// Workgroups lie in two dimensions because one holds 65,535 at most; the last row of them may be partly unused.
fn place_of(index: u32) -> Place {
  let across = (parameters.inputs + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  let down = (parameters.outputs + TILE_ROWS - 1u) / TILE_ROWS;
  let in_batch = index % (across * down);
  return Place(index / (across * down), in_batch / across, in_batch % across);
}

// How many partial sums each line has per batch.
fn slice_count() -> u32 {
  let by_rows = (parameters.inputs + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  let by_columns = (parameters.outputs + TILE_ROWS - 1u) / TILE_ROWS;
  return select(by_rows, by_columns, parameters.axis == 1u);
}

fn line_count() -> u32 {
  return select(parameters.outputs, parameters.inputs, parameters.axis == 1u);
}

// What one invocation has of its tile: eight rows (r … r+3, r+32 … r+35) of four neighbours.
struct Share {
  sums: array<vec4<f32>, 8>,
  squares: array<vec4<f32>, 8>,
}

// The row of the tile that the invocation's row `index` is.
fn tile_row(local: vec3<u32>, index: u32) -> u32 {
  return local.y * 4u + index % 4u + select(0u, 32u, index >= 4u);
}

// Takes in one sample's gradient.
fn add_sample(tile: ptr<function, Share>, t: array<vec4<f32>, 8>, share: f32) {
  var parts = t;
  for (var index = 0u; index < 8u; index++) {
    let part = parts[index];
    (*tile).sums[index] += part;
    (*tile).squares[index] += share * part * part;
  }
}

// Sums a tile's terms along its lines over the workgroup and writes its line sums, 64 of rows or 32 of columns.
fn write_partials(place: Place, local: vec3<u32>, tile: ptr<function, Share>) {
  let one = vec4(1.0);
  // Past the matrix the last row or column is read again, and counts 0.
  let columns = vec4(place.tile_column * TILE_COLUMNS + local.x * 4u) + vec4(0u, 1u, 2u, 3u);
  let inside = select(vec4(0.0), one, columns < vec4(parameters.inputs));
  let places = min(columns, vec4(parameters.inputs - 1u));
  // Of four columns each.
  var signed_sums = vec4(0.0);
  var first_sums = vec4(0.0);
  var second_sums = vec4(0.0);
  var mix_sums = vec4(0.0);
  for (var index = 0u; index < 8u; index++) {
    let in_tile_row = tile_row(local, index);
    let row = place.tile_row * TILE_ROWS + in_tile_row;
    let at = vec4(min(row, parameters.outputs - 1u) * parameters.inputs) + places;
    let counts = select(vec4(0.0), inside, row < parameters.outputs);
    let w = counts * vec4(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
    let product = w * (*tile).sums[index];
    let square = w * w * (*tile).squares[index];
    let mix = abs(product - 0.5 * square);
    signed_sums += product;
    first_sums += abs(product);
    second_sums += square;
    mix_sums += mix;
    line_sums[in_tile_row * SIDE + local.x] =
      vec4(dot(product, one), dot(abs(product), one), dot(square, one), dot(mix, one));
  }
  let by_columns = parameters.axis == 1u;
  if (by_columns) {
    workgroupBarrier();
    for (var lane = 0u; lane < 4u; lane++) {
      line_sums[(local.x * 4u + lane) * SIDE + local.y] =
        vec4(signed_sums[lane], first_sums[lane], second_sums[lane], mix_sums[lane]);
    }
  }
  workgroupBarrier();
  let in_tile = local.y * SIDE + local.x;
  let first = select(place.tile_row * TILE_ROWS, place.tile_column * TILE_COLUMNS, by_columns);
  if (in_tile < select(TILE_ROWS, TILE_COLUMNS, by_columns) && first + in_tile < line_count()) {
    var sum = vec4(0.0);
    for (var entry = 0u; entry < SIDE; entry++) {
      sum += line_sums[in_tile * SIDE + entry];
    }
    let slice = place.batch * slice_count() + select(place.tile_column, place.tile_row, by_columns);
    partials[slice * line_count() + first + in_tile] = sum;
  }
}

@compute @workgroup_size(8, 8)
fn multiply(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let place = place_of(workgroup.x + workgroup.y * grid.x);
  if (place.batch >= parameters.batches) {
    return;
  }
  let r = place.tile_row * TILE_ROWS + local.y * 4u;
  let c = place.tile_column * TILE_COLUMNS + local.x * 4u;
  // Past the matrix the last row or column is read again; write_partials() leaves it out.
  let neighbours = vec4(0u, 1u, 2u, 3u);
  let upper_rows = min(vec4(r) + neighbours, vec4(parameters.outputs - 1u));
  let lower_rows = min(vec4(r + 32u) + neighbours, vec4(parameters.outputs - 1u));
  let columns = min(vec4(c) + neighbours, vec4(parameters.inputs - 1u));
  var tile: Share;
  for (var sample = place.batch * parameters.samples_per_batch; sample < (place.batch + 1u) * parameters.samples_per_batch; sample++) {
    var t0 = vec4(0.0);
    var t1 = vec4(0.0);
    var t2 = vec4(0.0);
    var t3 = vec4(0.0);
    var t4 = vec4(0.0);
    var t5 = vec4(0.0);
    var t6 = vec4(0.0);
    var t7 = vec4(0.0);
    for (var n = sample * parameters.rows_per_sample; n < (sample + 1u) * parameters.rows_per_sample; n++) {
      let g = n * parameters.outputs;
      let xs = vec4(n * parameters.inputs) + columns;
      let x = vec4(input[xs.x], input[xs.y], input[xs.z], input[xs.w]);
      t0 += gradient[g + upper_rows.x] * x;
      t1 += gradient[g + upper_rows.y] * x;
      t2 += gradient[g + upper_rows.z] * x;
      t3 += gradient[g + upper_rows.w] * x;
      t4 += gradient[g + lower_rows.x] * x;
      t5 += gradient[g + lower_rows.y] * x;
      t6 += gradient[g + lower_rows.z] * x;
      t7 += gradient[g + lower_rows.w] * x;
    }
    add_sample(&tile, array(t0, t1, t2, t3, t4, t5, t6, t7), fisher_weights[sample]);
  }
  write_partials(place, local, &tile);
}

@compute @workgroup_size(8, 8)
fn multiply4(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let place = place_of(workgroup.x + workgroup.y * grid.x);
  if (place.batch >= parameters.batches) {
    return;
  }
  let outputs4 = parameters.outputs / 4u;
  let inputs4 = parameters.inputs / 4u;
  let r = place.tile_row * TILE_ROWS + local.y * 4u;
  let c4 = place.tile_column * SIDE + local.x;
  let first = place.batch * parameters.samples_per_batch * parameters.rows_per_sample;
  var upper_index = first * outputs4 + min(r / 4u, outputs4 - 1u);
  var lower_index = first * outputs4 + min(r / 4u + 8u, outputs4 - 1u);
  var x_index = first * inputs4 + min(c4, inputs4 - 1u);
  var tile: Share;
  for (var sample = place.batch * parameters.samples_per_batch; sample < (place.batch + 1u) * parameters.samples_per_batch; sample++) {
    var t0 = vec4(0.0);
    var t1 = vec4(0.0);
    var t2 = vec4(0.0);
    var t3 = vec4(0.0);
    var t4 = vec4(0.0);
    var t5 = vec4(0.0);
    var t6 = vec4(0.0);
    var t7 = vec4(0.0);
    for (var n = 0u; n < parameters.rows_per_sample; n++) {
      let upper = gradient4[upper_index];
      let lower = gradient4[lower_index];
      let x = input4[x_index];
      t0 += upper.x * x;
      t1 += upper.y * x;
      t2 += upper.z * x;
      t3 += upper.w * x;
      t4 += lower.x * x;
      t5 += lower.y * x;
      t6 += lower.z * x;
      t7 += lower.w * x;
      upper_index += outputs4;
      lower_index += outputs4;
      x_index += inputs4;
    }
    add_sample(&tile, array(t0, t1, t2, t3, t4, t5, t6, t7), fisher_weights[sample]);
  }
  write_partials(place, local, &tile);
}

@compute @workgroup_size(FOLD)
fn fold(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let line = (workgroup.x + workgroup.y * grid.x) * FOLD + local;
  if (line >= line_count()) {
    return;
  }
  var total = vec4(0.0);
  for (var batch = 0u; batch < parameters.batches; batch++) {
    var sum = vec4(0.0);
    for (var slice = batch * slice_count(); slice < (batch + 1u) * slice_count(); slice++) {
      sum += partials[slice * line_count() + line];
    }
    // Only the first quantity is signed, and its magnitude is per batch.
    total += abs(sum);
  }
  for (var field = 0u; field < 4u; field++) {
    accumulator[parameters.accumulator_offset + field * line_count() + line] += total[field];
  }
}
