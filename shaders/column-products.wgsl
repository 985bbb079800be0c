// Σ_n A[n,c] · B[n,c] per column, added to the accumulator: what a layer's input attributes to a quantity whose gradient
// by it is B (Yang et al., arXiv 2205.04157).
//
// A workgroup owns 16 columns; 8 invocations share the rows of one column, their sums meet in a fixed order.
//
// Bindings: 0 parameters; 1 A and 2 B [rows, width]; 3 accumulator. Row-major float32; buffers may be larger.

struct Parameters {
  rows: u32,
  width: u32,
  accumulator_offset: u32,
}

// The descriptor's: columns of a workgroup, which is as wide.
override COLUMNS: u32;
const LANES = 8u;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read_write> accumulator: array<f32>;

var<workgroup> sums: array<f32, 128>;

@compute @workgroup_size(16, 8)
fn add_columns(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let column = (workgroup.x + workgroup.y * grid.x) * COLUMNS + local.x;
  var sum = 0.0;
  if (column < parameters.width) {
    for (var row = local.y; row < parameters.rows; row += LANES) {
      sum += left[row * parameters.width + column] * right[row * parameters.width + column];
    }
  }
  sums[local.y * COLUMNS + local.x] = sum;
  workgroupBarrier();
  if (local.y == 0u && column < parameters.width) {
    var total = 0.0;
    for (var lane = 0u; lane < LANES; lane++) {
      total += sums[lane * COLUMNS + local.x];
    }
    accumulator[parameters.accumulator_offset + column] += total;
  }
}
