/* The steps of one cell, and how they run up to its result. */

// A cell is a list of steps; each is one elementary function of numbers that stand in the
// record or came out of an earlier step. `join` says how a step goes on from those before it:
// "+" adds its value to the running sum, "then" takes the place of what was there. The last has
// the record's own result.
let lastCell = {};
function cell(op, i, j) {
  if (lastCell.op === op && lastCell.i === i && lastCell.j === j) return lastCell.steps;
  const result = arrays[op.output].rows[i][j], recipe = RECIPES[op.op];
  let list;
  try {
    list = recipe ? recipe(op, i, j) : null;
  } catch (problem) {
    list = null;  // arguments of a form that this page does not know
  }
  if (!list || !list.length || list.some((each) => each.f === "given")) {
    list = [step("given", [{v: result, t: entryName(op.output, i, j)}])];
  }
  let run = 0;
  for (const each of list) each.run = run = each.join === "+" ? run + each.v : each.v;
  const last = list[list.length - 1];
  last.run = result;
  if (last.join === "then") last.v = result;
  lastCell = {op, i, j, steps: list};
  return list;
}

// One entry of an array, with its name; arrays of one row or column are spread ("broadcast").
function at(id, i, j) {
  const [m, n] = shape(id), row = m === 1 ? 0 : i, column = n === 1 ? 0 : j;
  return {v: arrays[id].rows[row][column], t: entryName(id, row, column), from: [id, row, column]};
}

function entryName(id, row, column) {
  const {name, kind} = arrays[id], [m, n] = shape(id);
  if (m === 1 && n === 1 && kind === "number") {
    return name && Number.isNaN(Number(name)) ? name : show(arrays[id].rows[0][0]);
  }
  return m === 1 && /^d?b\d*$/.test(name) ? `${name}[${column}]` : `${name}[${row},${column}]`;
}

// The arrays that an output needs; a call with two outputs may need fewer for one of them.
function operands(op) {
  const given = op.inputs.filter((id) => id !== null && id !== undefined);
  if (op.op === "linear_gradients" && op.part === 1) return given.slice(1);  // db: no X
  if (/_cross_entropy$/.test(op.op) && op.part === 1) return given.slice(0, 1);  // P: no targets
  return given;
}

const step = (f, args, join = "then", more = {}) => (
  {f, args, join, v: F[f][0](...args.map((arg) => arg.v)), ...more});
const plus = (f, args, more) => step(f, args, "+", more);
const whole = (x) => ({v: x, t: String(x)});            // a number of the formula itself
const made = (from, t) => ({v: from.v, t});             // what an earlier step gave
const single = (f) => (op, i, j) => [step(f, op.inputs.map((id) => at(id, i, j)))];
