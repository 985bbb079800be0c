// Signals of one module from its running token statistics (µCRASP, arXiv 2605.25842):
//
//   CMDS = ‖mean of visual rows − mean of text rows‖₂ / (mean ‖v‖₂ + 1e-6), 0 when one class has no rows
//   Sens = sqrt(mean ‖v‖₂²), 0 when there are no rows
//
// One workgroup. Bindings: 0 parameters; 1 accumulator, see token-statistics.wgsl; 2 result, CMDS and Sens at
// `result_offset`. Float32; buffers may be larger.

struct Parameters {
  width: u32,
  accumulator_offset: u32,
  result_offset: u32,
}

// The descriptor's: what is added to the mean norm, and which of the results is what.
override EPSILON: f32;
override CMDS: u32;
override SENS: u32;
const SIZE = 64u;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> accumulator: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

var<workgroup> squares: array<f32, 64>;

@compute @workgroup_size(64)
fn summarise(@builtin(local_invocation_index) local: u32) {
  let visual = parameters.accumulator_offset;
  let text = visual + parameters.width;
  let scalars = text + parameters.width;
  let visual_rows = accumulator[scalars + 2u];
  let text_rows = accumulator[scalars + 3u];
  let rows = visual_rows + text_rows;
  var sum = 0.0;
  if (visual_rows > 0.0 && text_rows > 0.0) {
    for (var column = local; column < parameters.width; column += SIZE) {
      let distance = accumulator[visual + column] / visual_rows - accumulator[text + column] / text_rows;
      sum += distance * distance;
    }
  }
  squares[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    var total = 0.0;
    for (var entry = 0u; entry < SIZE; entry++) {
      total += squares[entry];
    }
    var signals = vec2(0.0);
    if (rows > 0.0) {
      signals = vec2(
        sqrt(total) / (accumulator[scalars] / rows + EPSILON),
        sqrt(accumulator[scalars + 1u] / rows));
    }
    result[parameters.result_offset + CMDS] = signals.x;
    result[parameters.result_offset + SENS] = signals.y;
  }
}
