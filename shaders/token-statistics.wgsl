// Running token statistics of one module (project decision: pooled over all samples), from `offset` on:
//
//   Σ visual vectors [width], Σ text vectors [width], Σ‖v‖₂, Σ‖v‖₂², number of visual rows, number of text rows
//
// Rows of any other class do not count. Sums run over 32 rows first, then over those sums, then meet the running sum,
// so that float32 holds over 100,000 tokens.
//
// Pass 1, sum_columns: one invocation sums one column over 32 rows, by class.
// Pass 2, square_rows: one workgroup sums one row's squares.
// Pass 3, accumulate: adds both to the accumulator; its last workgroup adds the four scalars.
//
// Bindings: 0 parameters; 1 values [rows, width]; 2 classes [rows], 1 visual, 2 text; 3 accumulator; 4 partials:
// column sums [chunks, 2, width], then squared norms [rows]. Row-major float32; buffers may be larger.

struct Parameters {
  rows: u32,
  width: u32,
  accumulator_offset: u32,
}

// The descriptor's: rows that one invocation sums, invocations of a workgroup, classes that count.
override CHUNK: u32;
override SIZE: u32;
override VISUAL: i32;
override TEXT: i32;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> classes: array<i32>;
@group(0) @binding(3) var<storage, read_write> accumulator: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;

var<workgroup> squares: array<f32, SIZE>;
var<workgroup> scalars: array<vec4<f32>, SIZE>;

fn chunk_count() -> u32 {
  return (parameters.rows + CHUNK - 1u) / CHUNK;
}

@compute @workgroup_size(SIZE)
fn sum_columns(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup.x + workgroup.y * grid.x;
  let across = (parameters.width + SIZE - 1u) / SIZE;
  let chunk = index / across;
  let column = (index % across) * SIZE + local;
  if (chunk >= chunk_count() || column >= parameters.width) {
    return;
  }
  var visual = 0.0;
  var text = 0.0;
  let end = min(parameters.rows, (chunk + 1u) * CHUNK);
  for (var row = chunk * CHUNK; row < end; row++) {
    let value = values[row * parameters.width + column];
    visual += select(0.0, value, classes[row] == VISUAL);
    text += select(0.0, value, classes[row] == TEXT);
  }
  partials[chunk * 2u * parameters.width + column] = visual;
  partials[(chunk * 2u + 1u) * parameters.width + column] = text;
}

@compute @workgroup_size(SIZE)
fn square_rows(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = workgroup.x + workgroup.y * grid.x;
  if (row >= parameters.rows) {
    return;
  }
  var sum = 0.0;
  for (var column = local; column < parameters.width; column += SIZE) {
    let value = values[row * parameters.width + column];
    sum += value * value;
  }
  squares[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    var total = 0.0;
    for (var entry = 0u; entry < SIZE; entry++) {
      total += squares[entry];
    }
    partials[chunk_count() * 2u * parameters.width + row] = total;
  }
}

@compute @workgroup_size(SIZE)
fn accumulate(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup.x + workgroup.y * grid.x;
  let vectors = 2u * parameters.width;
  let last = (vectors + SIZE - 1u) / SIZE;
  if (index > last) {
    return;
  }
  if (index < last) {
    let entry = index * SIZE + local;
    if (entry < vectors) {
      var sum = 0.0;
      for (var chunk = 0u; chunk < chunk_count(); chunk++) {
        sum += partials[chunk * vectors + entry];
      }
      accumulator[parameters.accumulator_offset + entry] += sum;
    }
    return;
  }
  var sums = vec4(0.0);
  for (var row = local; row < parameters.rows; row += SIZE) {
    let is_visual = classes[row] == VISUAL;
    let is_text = classes[row] == TEXT;
    if (is_visual || is_text) {
      let square = partials[chunk_count() * vectors + row];
      sums += vec4(sqrt(square), square, select(0.0, 1.0, is_visual), select(0.0, 1.0, is_text));
    }
  }
  scalars[local] = sums;
  workgroupBarrier();
  if (local == 0u) {
    var total = vec4(0.0);
    for (var entry = 0u; entry < SIZE; entry++) {
      total += scalars[entry];
    }
    for (var entry = 0u; entry < 4u; entry++) {
      accumulator[parameters.accumulator_offset + vectors + entry] += total[entry];
    }
  }
}
