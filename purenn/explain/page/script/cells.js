/* A cell as a list of steps, each an elementary function, and how they run up to its result. */

// ---- the elementary functions: how each is worked out, and how it is written

// Of numbers, and in words; the parts of the second become elements or text.
const F = {
  is: [(a) => a, (a) => [a]],
  mul: [(a, b) => a * b, (a, b) => [a, " × ", b]],
  add: [(a, b) => a + b, (a, b) => [a, " + ", b]],
  sub: [(a, b) => a - b, (a, b) => [a, " − ", b]],
  div: [(a, b) => a / b, (a, b) => [a, " ÷ ", b]],
  pow: [(a, b) => Math.pow(a, b), (a, b) => [a, " to the power ", b]],
  neg: [(a) => -a, (a) => ["−", a]],
  abs: [Math.abs, (a) => ["|", a, "|"]],
  exp: [Math.exp, (a) => ["exp(", a, ")"]],
  expneg: [(a) => Math.exp(-a), (a) => ["exp(−", a, ")"]],
  ln: [Math.log, (a) => ["ln(", a, ")"]],
  neglog: [(a) => -Math.log(a), (a) => ["−ln(", a, ")"]],
  log1p: [Math.log1p, (a) => ["ln(1 + ", a, ")"]],
  sqrt: [Math.sqrt, (a) => ["√", a]],
  tanh: [Math.tanh, (a) => ["tanh(", a, ")"]],
  sqdiff: [(a, b) => (a - b) * (a - b), (a, b) => ["(", a, " − ", b, ")²"]],
  softplus: [(a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
    (a) => ["ln(1 + exp(", a, "))"]],
  softplusneg: [(a) => Math.max(-a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
    (a) => ["ln(1 + exp(−", a, "))"]],
  max: [(...all) => Math.max(...all), (...all) => ["max(", ...between(all, ", "), ")"]],
  min: [(...all) => Math.min(...all), (...all) => ["min(", ...between(all, ", "), ")"]],
  place: [(...all) => all.indexOf(Math.max(...all)),
    (...all) => ["place of the largest of ", ...between(all, ", ")]],
  sum: [(...all) => all.reduce((a, b) => a + b, 0), (...all) => between(all, " + ")],
  dot: [(...all) => pairs(all).reduce((sum, [a, b]) => sum + a * b, 0),
    (...all) => between(pairs(all).map(([a, b]) => [a, " × ", b]), " + ").flat()],
  gt: [(a, b) => Number(a > b), (a, b) => [a, " > ", b, " ?"]],
  lt: [(a, b) => Number(a < b), (a, b) => [a, " < ", b, " ?"]],
  ge: [(a, b) => Number(a >= b), (a, b) => [a, " ≥ ", b, " ?"]],
  le: [(a, b) => Number(a <= b), (a, b) => [a, " ≤ ", b, " ?"]],
  eq: [(a, b) => Number(a === b), (a, b) => [a, " = ", b, " ?"]],
  ne: [(a, b) => Number(a !== b), (a, b) => [a, " ≠ ", b, " ?"]],
  given: [(a) => a, (a) => ["given: ", a]],
};
const between = (all, mark) => all.flatMap((each, n) => (n ? [mark, each] : [each]));
const pairs = (all) => all.flatMap((_, n) => (n % 2 ? [] : [[all[n], all[n + 1]]]));
const range = (n) => Array.from({length: n}, (_, i) => i);

// ---- the steps

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
