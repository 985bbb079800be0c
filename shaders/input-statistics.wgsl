// Running statistics of what goes into a module's last projection, per column, sample by sample (FLAP, arXiv
// 2312.11983; Wanda, arXiv 2306.11695), from `offset` on, [5, width]:
//
//   samples counted, mean, fluctuation sum, Welford sum, energy sum
//
// Sample k with its tokens x: d = x − mean_{k−1}, δ = Σd / (tokens · k), mean_k = mean_{k−1} + δ,
//   fluctuation += (k−1)/k · Σ(x − mean_k)²,               Σ(x − mean_k)² = Σd² − 2δΣd + tokens·δ²
//   Welford     += (k−1)/k · Σ(x − mean_{k−1})(x − mean_k),              … = Σd² − δΣd
//   energy      += Σx²
// which does not cancel: from k = 2 on at least a quarter of Σd² is left. Tokens are rows of class 1 or 2; a sample
// without any is passed over.
//
// A workgroup owns 16 columns; 8 invocations share the rows of a sample in one column, their sums meet in a fixed order.
//
// Bindings: 0 parameters; 1 values [samples·rows, width]; 2 classes [samples·rows]; 3 accumulator. Row-major float32;
// buffers may be larger.

struct Parameters {
  samples: u32,
  rows_per_sample: u32,
  width: u32,
  accumulator_offset: u32,
}

// The descriptor's: columns of a workgroup, which is as wide; classes that count; which of the accumulator's rows is what.
override COLUMNS: u32;
override VISUAL: i32;
override TEXT: i32;
override SAMPLES: u32;
override MEAN: u32;
override FLUCTUATION: u32;
override WELFORD: u32;
override ENERGY: u32;
const LANES = 8u;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> classes: array<i32>;
@group(0) @binding(3) var<storage, read_write> accumulator: array<f32>;

// Tokens, Σd, Σd², Σx² of every invocation, and the mean so far of every column.
var<workgroup> sums: array<vec4<f32>, 128>;
var<workgroup> means: array<f32, 16>;

@compute @workgroup_size(16, 8)
fn add_samples(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let column = (workgroup.x + workgroup.y * grid.x) * COLUMNS + local.x;
  let inside = column < parameters.width;
  let owner = inside && local.y == 0u;
  let place = parameters.accumulator_offset + column;
  // Samples counted, fluctuation, Welford and energy sum, of the column's owner.
  var state = vec4(0.0);
  if (owner) {
    state = vec4(
      accumulator[place + SAMPLES * parameters.width],
      accumulator[place + FLUCTUATION * parameters.width],
      accumulator[place + WELFORD * parameters.width],
      accumulator[place + ENERGY * parameters.width]);
    means[local.x] = accumulator[place + MEAN * parameters.width];
  }
  for (var sample = 0u; sample < parameters.samples; sample++) {
    workgroupBarrier();
    let mean = means[local.x];
    var sum = vec4(0.0);
    if (inside) {
      let end = (sample + 1u) * parameters.rows_per_sample;
      for (var row = sample * parameters.rows_per_sample + local.y; row < end; row += LANES) {
        let kind = classes[row];
        if (kind == VISUAL || kind == TEXT) {
          let value = values[row * parameters.width + column];
          let deviation = value - mean;
          sum += vec4(1.0, deviation, deviation * deviation, value * value);
        }
      }
    }
    sums[local.y * COLUMNS + local.x] = sum;
    workgroupBarrier();
    if (owner) {
      var total = vec4(0.0);
      for (var lane = 0u; lane < LANES; lane++) {
        total += sums[lane * COLUMNS + local.x];
      }
      if (total.x > 0.0) {
        let count = state.x + 1.0;
        let step = total.y / (total.x * count);
        // The first sample deviates from nothing: its share is 0.
        let share = (count - 1.0) / count;
        means[local.x] = mean + step;
        state += vec4(
          1.0,
          share * (total.z - 2.0 * step * total.y + total.x * step * step),
          share * (total.z - step * total.y),
          total.w);
      }
    }
  }
  if (owner) {
    accumulator[place + SAMPLES * parameters.width] = state.x;
    accumulator[place + MEAN * parameters.width] = means[local.x];
    accumulator[place + FLUCTUATION * parameters.width] = state.y;
    accumulator[place + WELFORD * parameters.width] = state.z;
    accumulator[place + ENERGY * parameters.width] = state.w;
  }
}
