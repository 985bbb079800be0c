// How far the pruned model's word distribution lies from the dense one's, per row of logits:
//
//   KL = Σ p·(ln p − ln q), p = softmax(reference), q = softmax(pruned), nats
//   and −ln p[target], −ln q[target], argmax q (lowest id on ties)
//
// KL is summed as Σ p·(e^d − 1 − d), d = ln q − ln p, which is the same because Σ p = Σ q = 1. No term is negative, so
// nothing cancels where the two are close, or sure of one word.
// ln softmax(z) = (z − max z) − ln(1 + Σ exp(z − max z)), the sum over all words but the most likely one: where the model is
// sure that sum has digits that 1 + the sum has lost. float32. Both models go through the two lanes of one vector, so the
// same logits give the same numbers and a KL of exactly 0. NaN and infinities among a model's logits make its negative
// log-likelihood NaN or infinite, by which they are found. A target that is no token id gives −1 for both.
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
// Σ exp(z − max z) over the words below the maximum, and how many words have it: an integer, so that no compiler adds the
// two before 1 is taken away.
var<workgroup> sums: array<vec2<f32>, SIZE>;
var<workgroup> highest: array<vec2<u32>, SIZE>;
var<workgroup> divergences: array<f32, SIZE>;

// Whether the right candidate for the pruned model's argmax beats the left one.
fn beats(right: f32, right_position: u32, left: f32, left_position: u32) -> bool {
  return right > left || (right == left && right_position < left_position);
}

// ln(1 + x) for x ≥ 0. Where x is small: 2·artanh(x/(2 + x)), its series; ln itself is exact to an absolute 2⁻²¹ only.
fn log_one_plus(x: vec2<f32>) -> vec2<f32> {
  let s = x / (2.0 + x);
  let t = s * s;
  let series = 2.0 * s * (1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0)))));
  return select(log(1.0 + x), series, x < vec2(0.5));
}

// p·(e^d − 1 − d) for ln p and d. Where d is small: the series of e^d from d² on.
fn term(log_p: f32, d: f32) -> f32 {
  let p = exp(log_p);
  let e = clamp(d, -0.5, 0.5);
  let tail = e * (1.0 / 24.0 + e * (1.0 / 120.0 + e * (1.0 / 720.0 + e * (1.0 / 5040.0 + e / 40320.0))));
  let series = p * e * e * (0.5 + e * (1.0 / 6.0 + tail));
  return select(exp(log_p + d) - p - p * d, series, abs(d) < 0.5);
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
  var count = vec2(0u);
  for (var index = start + local; index < end; index += SIZE) {
    let below = vec2(reference[index], pruned[index]) - maximum;
    // Asked so that NaN goes into the sum.
    sum += select(exp(below), vec2(0.0), below >= vec2(0.0));
    count += select(vec2(0u), vec2(1u), below >= vec2(0.0));
  }
  sums[local] = sum;
  highest[local] = count;
  workgroupBarrier();
  if (local < SIDE) {
    for (var entry = local + SIDE; entry < SIZE; entry += SIDE) {
      sum += sums[entry];
      count += highest[entry];
    }
    sums[local] = sum;
    highest[local] = count;
  }
  workgroupBarrier();
  sum = sums[0];
  count = highest[0];
  for (var entry = 1u; entry < SIDE; entry++) {
    sum += sums[entry];
    count += highest[entry];
  }
  let shift = log_one_plus(sum + vec2<f32>(count - vec2(1u)));
  let change = (maximum.y - maximum.x) + (shift.y - shift.x);

  var divergence = 0.0;
  for (var index = start + local; index < end; index += SIZE) {
    let logits = vec2(reference[index], pruned[index]);
    // Differences of what is close first: they are exact.
    let d = (logits.y - logits.x) - change;
    divergence += term(logits.x - maximum.x - shift.x, d);
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
      likelihoods = (maximum - vec2(reference[index], pruned[index])) + shift;
    }
    result[row * ROW + KL] = max(0.0, divergence);
    result[row * ROW + REFERENCE_NLL] = likelihoods.x;
    result[row * ROW + PRUNED_NLL] = likelihoods.y;
    result[row * ROW + ARGMAX] = f32(position);
  }
}
