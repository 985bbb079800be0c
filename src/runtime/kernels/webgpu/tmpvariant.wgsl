// Attribution of one linear layer, without ever storing the weight's gradient:
//
//   accumulator[offset + u] += scale · Σ_batch Σ_{line in u} Σ_k |W[r,c] · T[r,c]|,   T[r,c] = Σ_n G[n,r] · X[n,c]
//
// (µCRASP, arXiv 2605.25842.) Lines are rows r of W (k runs over columns) or columns c (k runs over rows); a unit u owns
// `group_size` lines that follow one another.
//
// Pass 1, multiply: one workgroup makes a 32 × 32 tile of one batch's T over all its rows n, every invocation 4 × 4
// of it in registers, multiplies by W and sums |·| along k over the tile. The tile's 32 line sums go to `partials`,
// [batches, slices, lines], slice = position of the tile along k. `multiply4` is the same for sizes that are multiples
// of 4. Pass 2, fold: `lanes` invocations sum the partials of one unit. Every sum has one owner and a fixed order, so
// results are deterministic.
//
// Bindings: 0 parameters; 1 W [outputs, inputs]; 2 X [batches·rows, inputs]; 3 G [batches·rows, outputs];
// 4 partials; 5 accumulator. All matrices row-major float32; buffers may be larger than what they hold.

struct Parameters {
  outputs: u32,
  inputs: u32,
  batches: u32,
  rows: u32,
  // 0: units own rows of W, 1: columns.
  by_columns: u32,
  group_size: u32,
  units: u32,
  // Power of two up to 64.
  lanes: u32,
  accumulator_offset: u32,
  scale: f32,
}

const SIDE = 8u;
const TILE = 32u;
const FOLD = 64u;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> layer_input: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;
@group(0) @binding(5) var<storage, read_write> accumulator: array<f32>;

// The same buffers as vectors, for multiply4.
@group(0) @binding(1) var<storage, read> weight4: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> layer_input4: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient4: array<vec4<f32>>;

var<workgroup> line_sums: array<vec4<f32>, 64>;
var<workgroup> unit_sums: array<f32, 64>;

struct Place {
  batch: u32,
  tile_row: u32,
  tile_column: u32,
}

// Workgroups lie in two dimensions because one holds 65,535 at most; the last row of them may be partly unused.
fn place_of(index: u32) -> Place {
  let across = (parameters.inputs + TILE - 1u) / TILE;
  let down = (parameters.outputs + TILE - 1u) / TILE;
  let in_batch = index % (across * down);
  return Place(index / (across * down), in_batch / across, in_batch % across);
}

// Sums a tile's magnitudes along k over the workgroup and writes its 32 line sums.
fn write_partials(place: Place, local: vec3<u32>, p0: vec4<f32>, p1: vec4<f32>, p2: vec4<f32>, p3: vec4<f32>) {
  let by_columns = parameters.by_columns == 1u;
  if (by_columns) {
    line_sums[local.x * SIDE + local.y] = (p0 + p1) + (p2 + p3);
  } else {
    line_sums[local.y * SIDE + local.x] =
      vec4(dot(p0, vec4(1.0)), dot(p1, vec4(1.0)), dot(p2, vec4(1.0)), dot(p3, vec4(1.0)));
  }
  workgroupBarrier();
  let quad = local.y * SIDE + local.x;
  if (quad < SIDE) {
    var sum = vec4(0.0);
    for (var entry = 0u; entry < SIDE; entry++) {
      sum += line_sums[quad * SIDE + entry];
    }
    let lines = select(parameters.outputs, parameters.inputs, by_columns);
    let across = select(parameters.inputs, parameters.outputs, by_columns);
    let slices = (across + TILE - 1u) / TILE;
    let slice = select(place.tile_column, place.tile_row, by_columns);
    let line = select(place.tile_row, place.tile_column, by_columns) * TILE + quad * 4u;
    let start = (place.batch * slices + slice) * lines;
    for (var lane = 0u; lane < 4u; lane++) {
      if (line + lane < lines) {
        partials[start + line + lane] = sum[lane];
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
  let r = place.tile_row * TILE + local.y * 4u;
  let c = place.tile_column * TILE + local.x * 4u;
  // Past the matrix the last row or column is read again; magnitudes() leaves it out.
  let rs = min(vec4(r) + vec4(0u, 1u, 2u, 3u), vec4(parameters.outputs - 1u));
  let cs = min(vec4(c) + vec4(0u, 1u, 2u, 3u), vec4(parameters.inputs - 1u));
  var t0 = vec4(0.0);
  var t1 = vec4(0.0);
  var t2 = vec4(0.0);
  var t3 = vec4(0.0);
  let first = place.batch * parameters.rows;
  for (var n = first; n < first + parameters.rows; n++) {
    let g_row = n * parameters.outputs;
    let x_row = n * parameters.inputs;
    let x = vec4(
      layer_input[x_row + cs.x], layer_input[x_row + cs.y], layer_input[x_row + cs.z], layer_input[x_row + cs.w]);
    t0 += gradient[g_row + rs.x] * x;
    t1 += gradient[g_row + rs.y] * x;
    t2 += gradient[g_row + rs.z] * x;
    t3 += gradient[g_row + rs.w] * x;
  }
  write_partials(
    place, local,
    magnitudes(r, c, t0), magnitudes(r + 1u, c, t1), magnitudes(r + 2u, c, t2), magnitudes(r + 3u, c, t3));
}

// As magnitudes(), where inputs and outputs are multiples of 4.
fn magnitudes4(r: u32, c4: u32, t: vec4<f32>) -> vec4<f32> {
  let width4 = parameters.inputs / 4u;
  if (r >= parameters.outputs || c4 >= width4) {
    return vec4(0.0);
  }
  return abs(weight4[r * width4 + c4] * t);
}

@compute @workgroup_size(8, 8)
fn multiply4(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let across = (parameters.inputs + 31u) / 32u;
  let down = (parameters.outputs + 63u) / 64u;
  let index = workgroup.x + workgroup.y * grid.x;
  if (index >= across*down*parameters.batches) { return; }
  let in_batch = index % (across * down);
  let place = Place(index / (across * down), in_batch / across, in_batch % across);
  let outputs4 = parameters.outputs / 4u;
  let inputs4 = parameters.inputs / 4u;
  let r4 = place.tile_row * 16u + local.y;
  let c4 = place.tile_column * SIDE + local.x;
  let first = place.batch * parameters.rows;
  var g_index = first * outputs4 + min(r4, outputs4 - 1u);
  var g_index2 = first * outputs4 + min(r4+8u, outputs4 - 1u);
  var x_index = first * inputs4 + min(c4, inputs4 - 1u);
  var t0 = vec4(0.0); var t1 = vec4(0.0); var t2 = vec4(0.0); var t3 = vec4(0.0);
  var u0 = vec4(0.0); var u1 = vec4(0.0); var u2 = vec4(0.0); var u3 = vec4(0.0);
  for (var n = 0u; n < parameters.rows; n++) {
    let g = gradient4[g_index];
    let h = gradient4[g_index2];
    let x = layer_input4[x_index];
    t0 += g.x * x; t1 += g.y * x; t2 += g.z * x; t3 += g.w * x;
    u0 += h.x * x; u1 += h.y * x; u2 += h.z * x; u3 += h.w * x;
    g_index += outputs4; g_index2 += outputs4; x_index += inputs4;
  }
  let r = r4 * 4u;
  write_partials(place, local,
    magnitudes4(r, c4, t0)+magnitudes4(r+32u, c4, u0), magnitudes4(r + 1u, c4, t1)+magnitudes4(r+33u, c4, u1), magnitudes4(r + 2u, c4, t2)+magnitudes4(r+34u, c4, u2), magnitudes4(r + 3u, c4, t3)+magnitudes4(r+35u, c4, u3));
}

@compute @workgroup_size(64)
fn fold(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let by_columns = parameters.by_columns == 1u;
  let lines = select(parameters.outputs, parameters.inputs, by_columns);
  let across = select(parameters.inputs, parameters.outputs, by_columns);
  let slices = parameters.batches * ((across + TILE - 1u) / TILE);
  let unit = (workgroup.x + workgroup.y * grid.x) * (FOLD / parameters.lanes) + local / parameters.lanes;
  var sum = 0.0;
  if (unit < parameters.units) {
    let entries = slices * parameters.group_size;
    for (var entry = local % parameters.lanes; entry < entries; entry += parameters.lanes) {
      let line = unit * parameters.group_size + entry % parameters.group_size;
      sum += partials[(entry / parameters.group_size) * lines + line];
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
