/* Whose row is it, whose column: the names that the record gives, handed on by the operations.

   Rows of X have the names of the examples and columns those of the features; what is computed
   from a row belongs to the same example. Columns of Y have the names of the labels, and so do
   those of all that stands entry by entry beside Y, back to the last Z. */

const rowNames = [], columnNames = [];  // by the number of the array; absent where there are none

// Signs that turn the direction of a text would turn the page's own words as well.
const upright = (names) => names && names.map((name) => String(name).replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd"));
for (const kind of ["row_names", "feature_names", "label_names"]) record[kind] = upright(record[kind]);

function nameInputs() {
  const {row_names: rows, feature_names: features, label_names: labels} = record;
  arrays.forEach(({name, kind, shape: [m, n]}, id) => {
    const isX = kind === "input" && /^X/.test(name);
    if (rows && rows.length === m && (isX || kind === "target")) rowNames[id] = rows;
    if (features && features.length === n && isX) columnNames[id] = features;
    if (labels && labels.length === n && kind === "target") columnNames[id] = labels;
  });
  // Images come in batches without an operation; their order is that in which Y was taken.
  for (const {op, name, step, options} of record.ops) {
    if (op !== "take" || name !== "Y" || !rows) continue;
    for (const id of steps[step].flatMap((other) => other.inputs)) {
      if (arrays[id].name === "X" && arrays[id].kind === "input") {
        rowNames[id] = options.indices.map((index) => rows[index]);
      }
    }
  }
}

const PRODUCTS = ["linear", "matmul", "linear_gradients", "linear_input_gradient", "transpose"];

// From what an operation took to what it made.
function nameOutput(op) {
  const [a, b] = op.inputs, out = op.output;
  const give = (names, id, from) => { if (from && !names[id]) names[id] = from; };
  if (op.op === "take") {
    const taken = op.options.indices, rows = rowNames[a];
    give(rowNames, out, rows && taken.map((index) => rows[index]));
    give(columnNames, out, columnNames[a]);
  } else if (op.op === "linear" || op.op === "matmul") {
    give(rowNames, out, rowNames[a]);
    give(rowNames, b, columnNames[a]);
  } else if (op.op === "linear_gradients") {
    if (op.part === 0) give(rowNames, out, columnNames[a]);
  } else if (op.op === "linear_input_gradient") {
    give(rowNames, out, rowNames[a]);
  } else if (!PRODUCTS.includes(op.op)) {
    for (const id of alike(op)) {
      give(rowNames, out, rowNames[id]);
      give(columnNames, out, columnNames[id]);
    }
    // A sum or a maximum of each row is still of that example.
    const [m] = shape(out);
    if (m > 1 && shape(a)[0] === m) give(rowNames, out, rowNames[a]);
  }
}

// And back again: what stands entry by entry beside a matrix with names has them too.
function nameOperands(op) {
  if (PRODUCTS.includes(op.op) || op.op === "take") return;
  const group = alike(op, op.inputs[0]);
  for (const names of [rowNames, columnNames]) {
    const known = group.map((id) => names[id]).find(Boolean);
    if (known) for (const id of group) names[id] = names[id] || known;
  }
}

// The matrices of an operation that have the shape of its output, or of another.
function alike(op, as = op.output) {
  return [...op.inputs, op.output].filter((id) => id !== null && id !== undefined
    && arrays[id].kind !== "number" && shape(id).join() === shape(as).join());
}

nameInputs();
record.ops.forEach(nameOutput);
[...record.ops].reverse().forEach(nameOperands);
record.ops.forEach(nameOutput);

// In words after an index: " (flower 51)".
const nameOf = (names, index) => (names && names[index] !== undefined ? ` (${names[index]})` : "");
