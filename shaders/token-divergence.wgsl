// How far the pruned model's word distribution lies from the dense one's, per row of logits:
//
//   KL = Σ p·(ln p − ln q), p = softmax(reference), q = softmax(pruned), nats
//   and −ln p[target], −ln q[target], argmax q (lowest id on ties)
//
// ln softmax(z) = z − max z − ln Σ exp(z − max z), float32. Both models go through the two lanes of one vector, so the
// same logits give the same numbers and a KL of exactly 0; rounding below 0 is cut off. Logits are finite. A target
// that is no token id gives −1 for both negative log-likelihoods.
//
// One workgroup per row. Bindings: 0 parameters; 1 reference [rows, vocabulary]; 2 pruned [rows, vocabulary];
// 3 targets [rows]; 4 result [rows, 4]. Row-major float32 and int32; buffers may be larger.

struct Parameters {
  rows: u32,
  vocabulary: u32,
}

// Invocations of a workgroup, a multiple of SIDE: few for a small vocabulary, which barriers would slow down.
override SIZE: u32;
// The descriptor's: numbers of a row of the result, which of them is what, and what stands where there is no target.
override ROW: u32;
override KL: u32;
override REFERENCE_NLL: u32;
override PRUNED_NLL: u32;
override ARGMAX: u32;
override NO_TARGET: f32;
const SIDE = 16u;
const LOWEST = -3.4028234e38;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> reference: array<f32>;
@group(0) @binding(2) var<storage, read> pruned: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<i32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

var<workgroup> maxima: array<vec2<f32>, SIZE>;
var<workgroup> positions: array<u32, SIZE>;
var<workgroup> sums: array<vec2<f32>, SIZE>;
var<workgroup> divergences: array<f32, SIZE>;

// Whether the right candidate for the pruned model's argmax beats the left one.
fn beats(right: f32, right_position: u32, left: f32, left_position: u32) -> bool {
  return right > left || (right == left && right_position < left_position);
}

@compute @workgroup_size(SIZE)
fn diverge(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = workgroup.x + workgroup.y * grid.x;
  if (row >= parameters.rows) {
    return;
  }
  let start = row * parameters.vocabulary;
  let end = start + parameters.vocabulary;

  // Maxima: one per invocation, then 16 of those, then one, which every invocation takes for itself.
  var maximum = vec2(LOWEST);
  var position = 0u;
  for (var index = start + local; index < end; index += SIZE) {
    let logits = vec2(reference[index], pruned[index]);
    if (logits.y > maximum.y) {
      position = index - start;
    }
    maximum = max(maximum, logits);
  }
  maxima[local] = maximum;
  positions[local] = position;
  workgroupBarrier();
  if (local < SIDE) {
    for (var entry = local + SIDE; entry < SIZE; entry += SIDE) {
      if (beats(maxima[entry].y, positions[entry], maximum.y, position)) {
        position = positions[entry];
      }
      maximum = max(maximum, maxima[entry]);
    }
    maxima[local] = maximum;
    positions[local] = position;
  }
  workgroupBarrier();
  maximum = maxima[0];
  position = positions[0];
  for (var entry = 1u; entry < SIDE; entry++) {
    if (beats(maxima[entry].y, positions[entry], maximum.y, position)) {
      position = positions[entry];
    }
    maximum = max(maximum, maxima[entry]);
  }

  var sum = vec2(0.0);
  for (var index = start + local; index < end; index += SIZE) {
    sum += exp(vec2(reference[index], pruned[index]) - maximum);
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local < SIDE) {
    for (var entry = local + SIDE; entry < SIZE; entry += SIDE) {
      sum += sums[entry];
    }
    sums[local] = sum;
  }
  workgroupBarrier();
  sum = sums[0];
  for (var entry = 1u; entry < SIDE; entry++) {
    sum += sums[entry];
  }
  let shift = log(sum);

  var divergence = 0.0;
  for (var index = start + local; index < end; index += SIZE) {
    let logs = vec2(reference[index], pruned[index]) - maximum - shift;
    let probability = exp(logs.x);
    // A word of probability 0 adds nothing, whatever the pruned model gives it.
    divergence += select(0.0, probability * (logs.x - logs.y), probability > 0.0);
  }
  divergences[local] = divergence;
  workgroupBarrier();
  if (local < SIDE) {
    for (var entry = local + SIDE; entry < SIZE; entry += SIDE) {
      divergence += divergences[entry];
    }
    divergences[local] = divergence;
  }
  workgroupBarrier();
  if (local == 0u) {
    for (var entry = 1u; entry < SIDE; entry++) {
      divergence += divergences[entry];
    }
    let word = targets[row];
    var likelihoods = vec2(NO_TARGET);
    if (word >= 0 && u32(word) < parameters.vocabulary) {
      let index = start + u32(word);
      likelihoods = maximum + shift - vec2(reference[index], pruned[index]);
    }
    result[row * ROW + KL] = max(0.0, divergence);
    result[row * ROW + REFERENCE_NLL] = likelihoods.x;
    result[row * ROW + PRUNED_NLL] = likelihoods.y;
    result[row * ROW + ARGMAX] = f32(position);
  }
}
