// Rows or columns of a matrix, picked into a smaller one:
//
//   rows:    gathered[i,c] = source[lines[i],c]     columns: gathered[r,i] = source[r,lines[i]]
//
// Numbers are moved and not computed with, so the shader moves words of 32 bits: one float32, or two float16 numbers that
// lie side by side. One invocation writes one word of what is gathered. A line that the matrix does not have is zeros, and
// so is the second half of a last word that only holds one float16.
//
// Bindings: 0 parameters; 1 source [rows, columns]; 2 lines [kept]; 3 gathered [kept, columns] or [rows, kept]. Matrices
// row-major; buffers may be larger.

struct Parameters {
  rows: u32,
  columns: u32,
  kept: u32,
  // 0: lines are rows, 1: columns.
  axis: u32,
  // 0: float32, 1: float16.
  format: u32,
}

// The descriptor's: invocations of a workgroup.
override WORDS: u32;

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> source: array<i32>;
@group(0) @binding(2) var<storage, read> lines: array<i32>;
@group(0) @binding(3) var<storage, read_write> gathered: array<i32>;

// The bits of number `place` of what is gathered.
fn number_at(place: u32) -> u32 {
  let by_columns = parameters.axis == 1u;
  let across = select(parameters.columns, parameters.kept, by_columns);
  let row = place / across;
  let column = place % across;
  let line = lines[select(row, column, by_columns)];
  if (line < 0 || u32(line) >= select(parameters.rows, parameters.columns, by_columns)) {
    return 0u;
  }
  let origin = select(u32(line) * parameters.columns + column, row * parameters.columns + u32(line), by_columns);
  if (parameters.format == 0u) {
    return bitcast<u32>(source[origin]);
  }
  return (bitcast<u32>(source[origin / 2u]) >> (16u * (origin % 2u))) & 0xffffu;
}

@compute @workgroup_size(WORDS)
fn gather(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let word = (workgroup.x + workgroup.y * grid.x) * WORDS + local;
  let numbers = parameters.kept * select(parameters.columns, parameters.rows, parameters.axis == 1u);
  let first = word * (1u + parameters.format);
  if (first >= numbers) {
    return;
  }
  var bits = number_at(first);
  if (parameters.format == 1u && first + 1u < numbers) {
    bits |= number_at(first + 1u) << 16u;
  }
  gathered[word] = bitcast<i32>(bits);
}
