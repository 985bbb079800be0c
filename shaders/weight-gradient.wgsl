// Attribution of one linear layer, without ever storing the weight's gradient:
//
//   accumulator[offset + u] += scale · Σ_batch Σ_{line in u} Σ_k |W[r,c] · T[r,c]|,   T[r,c] = Σ_n G[n,r] · X[n,c]
//
// (µCRASP, arXiv 2605.25842.) Lines are rows r of W (k runs over columns) or columns c (k runs over rows); a unit u owns
// `group_size` lines that follow one another.
//
// Pass 1, multiply: one workgroup makes a 64 × 32 tile of one batch's T over all its rows n, every invocation 8 × 4
// of it in registers (rows r … r+3 and r+32 … r+35), multiplies by W and sums |·| along k over the tile. The tile's
// line sums go to `partials`, [batches, slices, lines], slice = position of the tile along k. `multiply4` is the same
// for sizes that are multiples of 4. Pass 2, fold: `lanes` invocations sum the partials of one unit. Every sum has one owner and a fixed order, so
// results are deterministic.
//
// Bindings: 0 parameters; 1 W [outputs, inputs]; 2 X [batches·rows, inputs]; 3 G [batches·rows, outputs];
// 4 accumulator; 5 partials. All matrices row-major float32; buffers may be larger than what they hold.

struct Parameters {
  outputs: u32,
  inputs: u32,
  batches: u32,
  rows_per_batch: u32,
  // 0: units own rows of W, 1: columns.
  axis: u32,
  group_size: u32,
  accumulator_offset: u32,
  scale: f32,
  units: u32,
  // Power of two up to 64.
  lanes: u32,
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
@group(0) @binding(4) var<storage, read_write> accumulator: array<f32>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;

// The same buffers as vectors, for multiply4.
@group(0) @binding(1) var<storage, read> weight4: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> input4: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient4: array<vec4<f32>>;

var<workgroup> line_sums: array<vec4<f32>, 128>;
var<workgroup> unit_sums: array<f32, FOLD>;

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

// How many partial sums each line has.
fn slice_count() -> u32 {
  let by_rows = (parameters.inputs + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  let by_columns = (parameters.outputs + TILE_ROWS - 1u) / TILE_ROWS;
  return parameters.batches * select(by_rows, by_columns, parameters.axis == 1u);
}

fn line_count() -> u32 {
  return select(parameters.outputs, parameters.inputs, parameters.axis == 1u);
}

// Four rows of four magnitudes.
struct Quad {
  a: vec4<f32>,
  b: vec4<f32>,
  c: vec4<f32>,
  d: vec4<f32>,
}

fn sum_of_rows(quad: Quad) -> vec4<f32> {
  return vec4(dot(quad.a, vec4(1.0)), dot(quad.b, vec4(1.0)), dot(quad.c, vec4(1.0)), dot(quad.d, vec4(1.0)));
}

fn sum_of_columns(quad: Quad) -> vec4<f32> {
  return (quad.a + quad.b) + (quad.c + quad.d);
}

// Sums a tile's magnitudes along k over the workgroup and writes its line sums, 64 of rows or 32 of columns.
fn write_partials(place: Place, local: vec3<u32>, upper: Quad, lower: Quad) {
  let by_columns = parameters.axis == 1u;
  if (by_columns) {
    line_sums[local.x * SIDE + local.y] = sum_of_columns(upper) + sum_of_columns(lower);
  } else {
    line_sums[local.y * SIDE + local.x] = sum_of_rows(upper);
    line_sums[SIDE * SIDE + local.y * SIDE + local.x] = sum_of_rows(lower);
  }
  workgroupBarrier();
  let quad = local.y * SIDE + local.x;
  if (quad < select(TILE_ROWS, TILE_COLUMNS, by_columns) / 4u) {
    var sum = vec4(0.0);
    for (var entry = 0u; entry < SIDE; entry++) {
      sum += line_sums[quad * SIDE + entry];
    }
    let slices = slice_count() / parameters.batches;
    let slice = place.batch * slices + select(place.tile_column, place.tile_row, by_columns);
    let line = select(place.tile_row * TILE_ROWS, place.tile_column * TILE_COLUMNS, by_columns) + quad * 4u;
    for (var lane = 0u; lane < 4u; lane++) {
      if (line + lane < line_count()) {
        partials[slice * line_count() + line + lane] = sum[lane];
      }
    }
  }
}

// |W · T| of four neighbours in row r, 0 past the matrix.
fn magnitudes(r: u32, c: u32, t: vec4<f32>) -> vec4<f32> {
  var result = vec4(0.0);
  if (r < parameters.outputs) {
    for (var lane = 0u; lane < 4u; lane++) {
      if (c + lane < parameters.inputs) {
        result[lane] = abs(weight[r * parameters.inputs + c + lane] * t[lane]);
      }
    }
  }
  return result;
}

fn quad_magnitudes(r: u32, c: u32, t: Quad) -> Quad {
  return Quad(
    magnitudes(r, c, t.a), magnitudes(r + 1u, c, t.b), magnitudes(r + 2u, c, t.c), magnitudes(r + 3u, c, t.d));
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
  // Past the matrix the last row or column is read again; magnitudes() leaves it out.
  let neighbours = vec4(0u, 1u, 2u, 3u);
  let upper_rows = min(vec4(r) + neighbours, vec4(parameters.outputs - 1u));
  let lower_rows = min(vec4(r + 32u) + neighbours, vec4(parameters.outputs - 1u));
  let columns = min(vec4(c) + neighbours, vec4(parameters.inputs - 1u));
  var t0 = vec4(0.0);
  var t1 = vec4(0.0);
  var t2 = vec4(0.0);
  var t3 = vec4(0.0);
  var t4 = vec4(0.0);
  var t5 = vec4(0.0);
  var t6 = vec4(0.0);
  var t7 = vec4(0.0);
  let first = place.batch * parameters.rows_per_batch;
  for (var n = first; n < first + parameters.rows_per_batch; n++) {
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
  write_partials(
    place, local, quad_magnitudes(r, c, Quad(t0, t1, t2, t3)), quad_magnitudes(r + 32u, c, Quad(t4, t5, t6, t7)));
}

// As magnitudes(), where inputs and outputs are multiples of 4.
fn magnitudes4(r: u32, c4: u32, t: vec4<f32>) -> vec4<f32> {
  let width4 = parameters.inputs / 4u;
  if (r >= parameters.outputs || c4 >= width4) {
    return vec4(0.0);
  }
  return abs(weight4[r * width4 + c4] * t);
}

fn quad_magnitudes4(r: u32, c4: u32, t: Quad) -> Quad {
  return Quad(
    magnitudes4(r, c4, t.a), magnitudes4(r + 1u, c4, t.b), magnitudes4(r + 2u, c4, t.c), magnitudes4(r + 3u, c4, t.d));
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
  let first = place.batch * parameters.rows_per_batch;
  var upper_index = first * outputs4 + min(r / 4u, outputs4 - 1u);
  var lower_index = first * outputs4 + min(r / 4u + 8u, outputs4 - 1u);
  var x_index = first * inputs4 + min(c4, inputs4 - 1u);
  var t0 = vec4(0.0);
  var t1 = vec4(0.0);
  var t2 = vec4(0.0);
  var t3 = vec4(0.0);
  var t4 = vec4(0.0);
  var t5 = vec4(0.0);
  var t6 = vec4(0.0);
  var t7 = vec4(0.0);
  for (var n = 0u; n < parameters.rows_per_batch; n++) {
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
  write_partials(
    place, local, quad_magnitudes4(r, c4, Quad(t0, t1, t2, t3)), quad_magnitudes4(r + 32u, c4, Quad(t4, t5, t6, t7)));
}

@compute @workgroup_size(FOLD)
fn fold(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let unit = (workgroup.x + workgroup.y * grid.x) * (FOLD / parameters.lanes) + local / parameters.lanes;
  var sum = 0.0;
  if (unit < parameters.units) {
    let entries = slice_count() * parameters.group_size;
    for (var entry = local % parameters.lanes; entry < entries; entry += parameters.lanes) {
      let line = unit * parameters.group_size + entry % parameters.group_size;
      sum += partials[(entry / parameters.group_size) * line_count() + line];
    }
  }
  unit_sums[local] = sum;
  workgroupBarrier();
  if (unit < parameters.units && local % parameters.lanes == 0u) {
    var total = 0.0;
    for (var lane = 0u; lane < parameters.lanes; lane++) {
      total += unit_sums[local + lane];
    }
    accumulator[parameters.accumulator_offset + unit] += parameters.scale * total;
  }
}
