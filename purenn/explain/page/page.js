"use strict";
/* Steps through the record of a run. In order of the page: the record, how numbers look, how a
   cell is computed, the state, the matrices, what is drawn beside them, the four lines, the
   source, the keys, and the sheets for the printer.

   Every text from the record is set as text (textContent), never as markup. */
(function () {

// ------------------------------------------------------------------ the record

const $ = (id) => document.getElementById(id);
const record = JSON.parse($("record").textContent);
const arrays = record.arrays;
const WORDS = {nan: NaN, inf: Infinity, "-inf": -Infinity};  // JSON has no numbers for these

for (const array of arrays) {
  array.rows = array.rows.map((row) => row.some((v) => typeof v !== "number")
    ? row.map((v) => (typeof v === "string" ? WORDS[v] : Number(v))) : row);
}

// The operations by training step. `key` is an operation's name in the address: Z1, or Z1:2 for
// the second of this name in its step.
const steps = [];
for (const op of record.ops) {
  const step = (steps[op.step] = steps[op.step] || []);
  const same = step.filter((other) => other.name === op.name).length;
  op.key = same ? `${op.name}:${same + 1}` : op.name;
  step.push(op);
}

const shape = (id) => arrays[id].shape;
const sibling = (op, part) => record.ops.find((o) => o.call === op.call && o.part === part);
const PHASES = {forward: "Forward", loss: "Loss", backward: "Backward", update: "Update"};

// ------------------------------------------------------------------ how numbers look

// Four significant digits and a true minus.
function show(x) {
  if (Number.isNaN(x)) return "NaN";
  const sign = x < 0 ? "−" : "", size = Math.abs(x);
  if (size === Infinity) return sign + "∞";
  if (size === 0) return "0.000";
  if (size < 0.001 || size >= 9999.5) {
    return sign + size.toExponential(3).replace("e+", "e").replace("e-", "e−");
  }
  return sign + size.toPrecision(4).replace(/\.$/, "");
}

// All digits, as Python writes them.
function exact(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [mantissa, power] = x.toExponential().split("e");
  if (power < -4 || power >= 16) {
    return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  const plain = String(x);
  return plain.includes(".") ? plain : plain + ".0";
}

const sign = (x) => (x < 0 ? "neg" : x > 0 ? "pos" : "zero");

// A new element: h("p", {class: "note"}, "text", child). Strings become text nodes.
function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// A number in running text: four digits in sight, all of them on hover and focus.
const number = (x) => h("span", {class: `n ${sign(x)}`, tabindex: "0", role: "img",
  "aria-label": show(x), "data-exact": exact(x)}, show(x));

// ------------------------------------------------------------------ how a cell is computed

// A cell is a list of steps; each is one elementary function of numbers that stand in the
// record or came out of an earlier step. `join` says how a step goes on from those before it:
// "+" adds its value to the running sum, "then" takes the place of what was there.
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
  sum: [(...all) => all.reduce((a, b) => a + b, 0), (...all) => between(all, " + ")],
  dot: [(...all) => pairs(all).reduce((sum, [a, b]) => sum + a * b, 0),
    (...all) => between(pairs(all).map(([a, b]) => [a, " × ", b]), " + ").flat()],
  gt: [(a, b) => Number(a > b), (a, b) => [a, " > ", b, " ?"]],
  lt: [(a, b) => Number(a < b), (a, b) => [a, " < ", b, " ?"]],
  ge: [(a, b) => Number(a >= b), (a, b) => [a, " ≥ ", b, " ?"]],
  le: [(a, b) => Number(a <= b), (a, b) => [a, " ≤ ", b, " ?"]],
  eq: [(a, b) => Number(a === b), (a, b) => [a, " = ", b, " ?"]],
  given: [(a) => a, (a) => ["given: ", a]],
};
const between = (all, mark) => all.flatMap((each, n) => (n ? [mark, each] : [each]));
const pairs = (all) => all.flatMap((_, n) => (n % 2 ? [] : [[all[n], all[n + 1]]]));
const range = (n) => Array.from({length: n}, (_, i) => i);

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

const step = (f, args, join = "then", more = {}) => (
  {f, args, join, v: F[f][0](...args.map((arg) => arg.v)), ...more});
const plus = (f, args, more) => step(f, args, "+", more);
const whole = (x) => ({v: x, t: String(x)});            // a number of the formula itself
const made = (from, t) => ({v: from.v, t});             // what an earlier step gave
const single = (f) => (op, i, j) => [step(f, op.inputs.map((id) => at(id, i, j)))];

// σ(z), tanh′ and the like, in the order in which a person would work them out.
function softmaxSteps(Z, i, j) {
  const n = shape(Z)[1], row = range(n).map((c) => at(Z, i, c));
  const max = step("max", row, "then", {say: "the row's maximum"});
  const shifts = row.map((z) => step("sub", [z, made(max, "max")]));
  const powers = shifts.map((s, c) => step("exp", [made(s, `s${c}`)]));
  const sum = step("sum", powers.map((e, c) => made(e, `e${c}`)), "then", {say: "added up"});
  shifts[j].say = "shifted"; powers[j].say = "exp";
  return {max, shift: shifts[j], exp: powers[j], sum, shifts, powers,
    divide: step("div", [made(powers[j], `e${j}`), made(sum, "sum")], "then", {say: "divided"})};
}

const RECIPES = {
  linear(op, i, j) {
    const [X, W, b] = op.inputs;
    const terms = range(shape(X)[1]).map((k) => plus("mul", [at(X, i, k), at(W, k, j)]));
    return b === undefined || b === null ? terms : [...terms, plus("is", [at(b, 0, j)], {tail: true})];
  },
  matmul: (op, i, j) => RECIPES.linear({inputs: op.inputs.slice(0, 2)}, i, j),
  linear_gradients(op, i, j) {
    const [X, dZ] = op.inputs, rows = range(shape(dZ)[0]);
    if (op.part === 1) return rows.map((k) => plus("is", [at(dZ, k, j)]));
    return rows.map((k) => plus("mul", [turned(X, i, k), at(dZ, k, j)]));
  },
  linear_input_gradient(op, i, j) {
    const [dZ, W] = op.inputs;
    return range(shape(dZ)[1]).map((k) => plus("mul", [at(dZ, i, k), turned(W, k, j)]));
  },
  transpose: (op, i, j) => [step("is", [at(op.inputs[0], j, i)])],

  sigmoid(op, i, j) {
    const power = step("expneg", [at(op.inputs[0], i, j)]);
    const below = step("add", [whole(1), made(power, "e⁻ᶻ")]);
    return [power, below, step("div", [whole(1), made(below, "(1 + e⁻ᶻ)")])];
  },
  relu: (op, i, j) => [step("max", [at(op.inputs[0], i, j), whole(0)])],
  leaky_relu(op, i, j) {
    const z = at(op.inputs[0], i, j);
    return [z.v > 0 ? step("is", [z], "then", {say: "above 0"})
      : step("mul", [at(op.inputs[1], 0, 0), z], "then", {say: "not above 0"})];
  },
  softplus: single("softplus"),
  sigmoid_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs.map((id) => at(id, i, j));
    const rest = step("sub", [whole(1), A]), slope = step("mul", [A, made(rest, `(1 − ${A.t})`)]);
    slope.slope = true;
    return [rest, slope, step("mul", [dA, made(slope, "slope")])];
  },
  tanh_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs.map((id) => at(id, i, j));
    const square = step("mul", [A, A]), slope = step("sub", [whole(1), made(square, `${A.t}²`)]);
    slope.slope = true;
    return [square, slope, step("mul", [dA, made(slope, "slope")])];
  },
  relu_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs.map((id) => at(id, i, j)), slope = step("gt", [A, whole(0)]);
    slope.slope = true;
    return [slope, step("mul", [dA, made(slope, "slope")])];
  },
  leaky_relu_backward_from_input(op, i, j) {
    const [dA, Z] = op.inputs.slice(0, 2).map((id) => at(id, i, j));
    const slope = step("is", [Z.v > 0 ? whole(1) : at(op.inputs[2], 0, 0)], "then", {slope: true,
      say: Z.v > 0 ? "above 0" : "not above 0"});
    return [slope, step("mul", [dA, made(slope, "slope")])];
  },

  softmax(op, i, j) {
    const {max, shift, exp, sum, divide} = softmaxSteps(op.inputs[0], i, j);
    return [max, shift, exp, sum, divide];
  },
  softmax_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs, a = at(A, i, j);
    const dot = step("dot", range(shape(A)[1]).flatMap((c) => [at(dA, i, c), at(A, i, c)]));
    const off = step("sub", [at(dA, i, j), made(dot, "sum")]);
    return [dot, off, step("mul", [a, made(off, "difference")])];
  },
  log_softmax(op, i, j) {
    const {max, shift, sum} = softmaxSteps(op.inputs[0], i, j);
    const log = step("ln", [made(sum, "sum of e")]);
    return [max, shift, sum, log, step("sub", [made(shift, "shifted"), made(log, "ln")])];
  },
  squared_error(op, i, j) {
    const [P, Y, scale] = op.inputs;
    if (op.part === 1) {
      const off = step("sub", [at(P, i, j), at(Y, i, j)]);
      const twice = step("mul", [whole(2), made(off, "difference")]);
      return [off, twice, step("mul", [at(scale, 0, 0), made(twice, "twice")])];
    }
    const [m, n] = shape(P);
    const terms = range(m * n).map((k) => [Math.floor(k / n), k % n])
      .map(([r, c]) => plus("sqdiff", [at(P, r, c), at(Y, r, c)]));
    const total = {v: terms.reduce((sum, term) => sum + term.v, 0), t: "sum"};
    return [...terms, step("mul", [at(scale, 0, 0), total])];
  },
  softmax_cross_entropy(op, i, j) {
    const [Z, Y] = op.inputs;
    if (op.part === 1) return RECIPES.softmax(op, i, j);
    const P = sibling(op, 1);
    return range(shape(Z)[0]).map((r) => {
      const c = trueClass(Y, r);
      if (P) return plus("neglog", [at(P.output, r, c)], {row: r});
      return plus("given", [{v: NaN, t: `row ${r}`}], {row: r});
    });
  },
  sigmoid_cross_entropy(op, i, j) {
    const [Z, Y] = op.inputs, [m, n] = shape(Z);
    if (op.part === 1) return RECIPES.sigmoid(op, i, j);
    return range(m * n).map((k) => [Math.floor(k / n), k % n]).map(([r, c]) => {
      const yes = at(Y, r, c).v > 0.5;
      return plus(yes ? "softplusneg" : "softplus", [at(Z, r, c)],
        {row: r, say: yes ? "true class 1: −ln p" : "true class 0: −ln(1 − p)"});
    });
  },
  descend(op, i, j) {
    const [W, dW, rate] = op.inputs;
    const move = step("mul", [at(rate, 0, 0), at(dW, i, j)]);
    return [move, step("sub", [at(W, i, j), made(move, "rate × slope")])];
  },

  where: (op, i, j) => [at(op.inputs[0], i, j).v
    ? step("is", [at(op.inputs[1], i, j)], "then", {say: "where it holds"})
    : step("is", [at(op.inputs[2], i, j)], "then", {say: "where it does not hold"})],
  sum: (op, i, j) => gathered(op, i, j).map((entry) => plus("is", [entry])),
  mean(op, i, j) {
    const terms = gathered(op, i, j).map((entry) => plus("is", [entry]));
    const total = {v: terms.reduce((sum, term) => sum + term.v, 0), t: "sum"};
    return [...terms, step("div", [total, whole(terms.length)])];
  },
  max: (op, i, j) => [step("max", gathered(op, i, j))],
};
for (const [name, f] of Object.entries({abs: "abs", exp: "exp", log: "ln", log1p: "log1p",
  sqrt: "sqrt", tanh: "tanh", negative: "neg", add: "add", subtract: "sub", multiply: "mul",
  divide: "div", truediv: "div", power: "pow", maximum: "max", minimum: "min", greater: "gt",
  less: "lt", greater_equal: "ge", less_equal: "le", equal: "eq", astype: "is"})) {
  RECIPES[name] = single(f);
}

// An entry of the transposed matrix: Xᵀ[i,k] is X[k,i].
function turned(id, i, k) {
  const entry = at(id, k, i);
  entry.t = entryName(id, k, i).replace(/\[.*/, `ᵀ[${i},${k}]`);
  return entry;
}
// The entries that a reduction takes: a column, a row, or all.
function gathered(op, i, j) {
  const id = op.inputs[0], [m, n] = shape(id), [rows, columns] = shape(op.output);
  if (rows === 1 && columns === n && m > 1) return range(m).map((r) => at(id, r, j));
  if (columns === 1 && rows === m && n > 1) return range(n).map((c) => at(id, i, c));
  return range(m * n).map((k) => at(id, Math.floor(k / n), k % n));
}
function trueClass(Y, row) {
  const targets = arrays[Y].rows[row];
  return targets.indexOf(Math.max(...targets));
}

// The steps of one cell, with the running result after each; the last is the record's own.
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

// ------------------------------------------------------------------ the state

const state = {s: 0, o: 0, i: 0, j: 0, k: 0};  // step, operation, row, column, term
let predicting = false, answered = null, playing = 0;

const ops = () => steps[state.s];
const here = () => steps[state.s][state.o];
const terms = () => cell(here(), state.i, state.j);
const finished = () => state.k === terms().length - 1;
const hidden = () => predicting && answered !== place();
const place = () => `s=${state.s}&op=${encodeURIComponent(here().key)}&i=${state.i}&j=${state.j}`;
const clamp = (x, low, high) => Math.min(Math.max(Number.isInteger(x) ? x : low, low), high);

function go(change, quiet) {
  const before = {s: state.s, o: state.o};
  Object.assign(state, change);
  state.s = clamp(state.s, 0, steps.length - 1);
  state.o = clamp(state.o, 0, ops().length - 1);
  const [m, n] = shape(here().output);
  state.i = clamp(state.i, 0, m - 1);
  state.j = clamp(state.j, 0, n - 1);
  state.k = clamp(state.k, 0, terms().length - 1);
  if (before.s !== state.s || !drawn) drawTimeline();
  if (before.s !== state.s || before.o !== state.o || !drawn) drawOperation();
  drawn = true;
  paint();
  if (quiet) return;
  notice("");
  writeAddress();
}
let drawn = false;

const LAST = Number.MAX_SAFE_INTEGER;
const ends = {
  home: () => go({s: 0, o: 0, i: 0, j: 0, k: 0}),
  end: () => go({s: LAST, o: LAST, i: LAST, j: LAST, k: LAST}),
};
const moves = {
  term(by) {
    const k = state.k + by;
    if (k >= 0 && k < terms().length) return go({k});
    return toCell(by, by > 0 ? 0 : LAST);
  },
  cell: (by) => (by > 0 && !finished() ? go({k: LAST}) : toCell(by, LAST)),
  op(by) {
    const o = state.o + by;
    if (o >= 0 && o < ops().length) return go({o, i: 0, j: 0, k: 0});
    const s = state.s + by;
    if (s < 0 || s >= steps.length) return by > 0 ? ends.end() : go({i: 0, j: 0, k: 0});
    return go({s, o: by > 0 ? 0 : LAST, i: 0, j: 0, k: 0});
  },
  step(by) {
    const s = state.s + by;
    if (s < 0 || s >= steps.length) return undefined;
    const same = steps[s].findIndex((op) => op.key === here().key);
    return go({s, o: Math.max(same, 0), i: same < 0 ? 0 : state.i, j: same < 0 ? 0 : state.j,
      k: same < 0 ? 0 : state.k});
  },
};

// The next or previous cell; over the edge of an operation into the one beside it.
function toCell(by, k) {
  const [m, n] = shape(here().output), to = state.i * n + state.j + by;
  if (to >= 0 && to < m * n) return go({i: Math.floor(to / n), j: to % n, k});
  let s = state.s, o = state.o + by;
  if (o < 0 || o >= ops().length) {
    s += by;
    if (s < 0 || s >= steps.length) { pause(); return undefined; }
    o = by > 0 ? 0 : LAST;
  }
  return go({s, o, i: by > 0 ? 0 : LAST, j: by > 0 ? 0 : LAST, k});
}

function writeAddress() {
  const address = `#${place()}&k=${state.k}`;
  if (address === location.hash) return;
  try {
    history.replaceState(null, "", address);
  } catch (refused) {
    location.replace(address);
  }
}
function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1)), whole = (name) => {
    const text = given.get(name);
    return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 0;
  };
  const s = clamp(whole("s"), 0, steps.length - 1), key = given.get("op");
  let o = 0;
  if (key !== null) {
    o = steps[s].findIndex((op) => op.key === key);
    if (o < 0) {
      notice(`Step ${s} has no operation ${key}. It has: ${steps[s].map((op) => op.key).join(", ")}.`);
      o = 0;
    }
  }
  go({s, o, i: whole("i"), j: whole("j"), k: whole("k")}, true);
}
function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

// ------------------------------------------------------------------ the pipeline

function drawTimeline() {
  const nav = $("timeline"), groups = [];
  nav.replaceChildren();
  ops().forEach((op, o) => {
    if (!groups.length || groups[groups.length - 1].phase !== op.phase) {
      const list = h("ol", {});
      nav.append(h("section", {}, h("h2", {}, PHASES[op.phase] || op.phase), list));
      groups.push({phase: op.phase, list});
    }
    const [m, n] = shape(op.output);
    groups[groups.length - 1].list.append(h("li", {}, h("button", {type: "button", "data-op": o,
      title: op.symbol || op.name, onclick: () => go({o, i: 0, j: 0, k: 0})},
      h("span", {class: "dot", "aria-hidden": "true"}), h("span", {class: "name"}, op.name),
      h("span", {class: "size"}, `${m} × ${n}`))));
  });
  // With the button held down, the pipeline itself is scrubbed.
  nav.onpointerover = (event) => {
    const button = event.target.closest("[data-op]");
    if (button && event.buttons === 1) go({o: Number(button.dataset.op), i: 0, j: 0, k: 0});
  };
  $("scrub").max = ops().length - 1;
  $("step").value = state.s;
}

function paintTimeline() {
  for (const button of $("timeline").querySelectorAll("[data-op]")) {
    const o = Number(button.dataset.op);
    button.className = o < state.o ? "done" : o === state.o ? "current" : "pending";
    if (o !== state.o) { button.removeAttribute("aria-current"); continue; }
    button.setAttribute("aria-current", "step");
    const box = $("timeline").parentElement, at = button.getBoundingClientRect();
    const view = box.getBoundingClientRect();
    if (at.top < view.top + 80 || at.bottom > view.bottom) {
      box.scrollTop += at.top - view.top - view.height / 2;
    }
    if (at.left < view.left || at.right > view.right) {
      const strip = $("timeline");
      strip.scrollLeft += at.left - view.left - view.width / 3;
    }
  }
  $("scrub").value = state.o;
  $("scrub").setAttribute("aria-valuetext", here().name);
}

// ------------------------------------------------------------------ the matrices

// What is on the board now. A view shows an array, maybe turned or with its row repeated:
// `from(r, c)` says which entry of the array stands in its place (r, c).
let views = [];
const MOST = 12;  // more rows or columns than this are shown as a heat map

function view(id, {turn = false, copies = 0, role = "in", name = arrays[id].name} = {}) {
  let [m, n] = shape(id);
  if (turn) [m, n] = [n, m];
  if (copies) m = copies;
  const from = (r, c) => (turn ? [c, r] : copies ? [0, c] : [r, c]);
  const made = {id, m, n, turn, copies, role, from, name, heat: m > MOST || n > MOST};
  made.body = made.heat ? heatBody(made) : cellBody(made);
  made.el = h("div", {class: `view ${role}${turn ? " turned" : ""}${copies ? " copies" : ""}`},
    caption(made), made.body);
  views.push(made);
  return made;
}

// The name and the shape; the inner dimension of a product is marked.
function caption({name, m, n, turn, role, copies, id}) {
  if (arrays[id].kind === "number") return h("p", {class: "edge"}, h("b", {}, name));
  const inner = (x, on) => h("span", {class: on ? "inner" : "outer"}, String(x));
  return h("p", {class: "edge"}, h("b", {}, turn ? `${name}ᵀ` : name), " ",
    h("span", {class: "size"}, inner(m, role === "top"), " × ", inner(n, role === "left")),
    copies > 1 ? h("span", {class: "size"}, " copied") : null);
}

function cellBody(view) {
  const grid = h("div", {class: "cells", role: "group", style: `--columns:${view.n}`,
    "aria-label": `${view.name}, ${view.m} by ${view.n}`});
  view.cells = [];
  for (let r = 0; r < view.m; r++) {
    for (let c = 0; c < view.n; c++) {
      const button = h("button", {type: "button", class: "cell", "data-r": r, "data-c": c,
        onclick: () => pick(view, r, c)});
      view.cells.push(button);
      grid.append(button);
    }
  }
  return grid;
}

// A click on the result goes to that cell, on an operand to the first term that uses it.
function pick(view, r, c) {
  if (view.role === "out") return go({i: r, j: c, k: LAST});
  const [row, column] = view.from(r, c);
  const uses = (list) => list.findIndex((each) => each.args.some(
    (arg) => arg.from && arg.from[0] === view.id && arg.from[1] === row && arg.from[2] === column));
  let k = uses(terms());
  if (k >= 0) return go({k});
  const [m, n] = shape(here().output);  // another cell of the result may use it
  for (const [i, j] of [[Math.min(r, m - 1), state.j], [state.i, Math.min(c, n - 1)],
    [Math.min(r, m - 1), Math.min(c, n - 1)]]) {
    k = uses(cell(here(), i, j));
    if (k >= 0) return go({i, j, k});
  }
  return undefined;
}

// A heat map, or pictures where the record says that a row of X is one.
function heatBody(view) {
  const [high, wide] = record.image_shape || (view.m === 784 || view.n === 784 ? [28, 28] : [0, 0]);
  const pixels = high * wide;
  const sheets = [];
  const body = h("div", {class: "heat", role: "img"});
  const add = (rows, columns, from, style, tag) => {
    const canvas = h("canvas", {width: columns, height: rows});
    const over = h("div", {class: "over"});
    const sheet = {canvas, over, rows, columns, from};
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      const y = clamp(Math.floor((event.clientY - box.top) / box.height * rows), 0, rows - 1);
      const x = clamp(Math.floor((event.clientX - box.left) / box.width * columns), 0, columns - 1);
      pick(view, ...from(y, x));
    });
    sheets.push(sheet);
    body.append(h("div", {class: "sheet", style, title: tag || null}, canvas, over));
  };
  if (pixels && view.n === pixels) {
    body.classList.add("pictures", "down");
    for (let r = 0; r < view.m; r++) add(high, wide, (y, x) => [r, y * wide + x], null, `row ${r}`);
  } else if (pixels && view.m === pixels) {
    body.classList.add("pictures", "along");
    for (let c = 0; c < view.n; c++) {
      add(high, wide, (y, x) => [y * wide + x, c], null, `column ${c}`);
    }
  } else {
    const side = (n, one) => (n <= MOST ? n * one : Math.max(192, Math.min(320, n * 12)));
    add(view.m, view.n, (y, x) => [y, x],
      `width:min(${side(view.n, 24)}px, 70vw);height:${side(view.m, 24)}px`);
  }
  view.sheets = sheets;
  return body;
}

function paintHeat(view, touched, hot, done) {
  let top = 0;
  for (const row of arrays[view.id].rows) for (const v of row) top = Math.max(top, Math.abs(v));
  view.body.setAttribute("aria-label", `${view.name}, ${view.m} by ${view.n}, as a heat map`);
  for (const sheet of view.sheets) {
    const context = sheet.canvas.getContext("2d");
    const image = context.createImageData(sheet.columns, sheet.rows);
    for (let y = 0; y < sheet.rows; y++) {
      for (let x = 0; x < sheet.columns; x++) {
        const [r, c] = sheet.from(y, x), [row, column] = view.from(r, c), p = 4 * (y * sheet.columns + x);
        if (view.role === "out" && r * view.n + c > done) continue;
        const v = arrays[view.id].rows[row][column];
        image.data.set(v < 0 ? [59, 130, 246] : [234, 88, 12], p);
        image.data[p + 3] = top ? Math.round(255 * Math.min(Math.abs(v) / top, 1)) : 0;
      }
    }
    context.putImageData(image, 0, 0);
    sheet.over.replaceChildren();
    const mark = (y, x, kind, high = 1, wide = 1) => sheet.over.append(h("i", {class: kind, style:
      `left:${100 * x / sheet.columns}%;top:${100 * y / sheet.rows}%;` +
      `width:${100 * wide / sheet.columns}%;height:${100 * high / sheet.rows}%`}));
    const band = [];  // the places of a heat map that this cell needs; they are framed together
    for (let y = 0; y < sheet.rows; y++) {
      for (let x = 0; x < sheet.columns; x++) {
        const [r, c] = sheet.from(y, x), key = `${view.id},${view.from(r, c).join()}`;
        if (view.role === "out" && r === state.i && c === state.j) mark(y, x, "mark current");
        else if (hot.has(key) && view.role !== "out" && (!view.copies || r === state.i)) mark(y, x, "mark");
        if (view.role !== "out" && view.sheets.length === 1 && touched.has(key)
          && (!view.copies || r === state.i)) band.push([y, x]);
      }
    }
    if (band.length > 1) {
      const [top, left] = band[0], [bottom, right] = band[band.length - 1];
      mark(top, left, "frame", bottom - top + 1, right - left + 1);
    }
    sheet.over.parentElement.classList.toggle("band", view.role !== "out" &&
      view.sheets.length > 1 && touched.has(`${view.id},${view.from(...sheet.from(0, 0)).join()}`));
  }
}

function paintCells(view, touched, hot, done) {
  const out = view.role === "out", rows = arrays[view.id].rows;
  const cross = views.some((other) => other.role === "top");
  view.cells.forEach((button, n) => {
    const r = Math.floor(n / view.n), c = n % view.n, [row, column] = view.from(r, c);
    const key = `${view.id},${row},${column}`, classes = ["cell"];
    let text = show(rows[row][column]), value = rows[row][column], say = text;
    if (out) {
      const current = r === state.i && c === state.j;
      if (current) classes.push("current");
      if (cross && (r === state.i || c === state.j)) classes.push("path");
      if (n > done || (current && hidden())) {
        classes.push("pending");
        text = current && hidden() ? "?" : "";
        say = current ? "to be computed now" : "still to come";
        if (current && !hidden() && n > done && terms()[state.k].join === "+") {
          value = terms()[state.k].run;
          text = show(value);
          say = `${text} so far`;
          classes.push("partial");
        }
      } else {
        classes.push("done");
      }
    } else {
      const mine = !view.copies || r === state.i;
      if (mine && touched.has(key)) classes.push("band");
      if (mine && hot.has(key)) classes.push("hot");
      if (view.copies && r > 0) classes.push("ghost");
      if (view.mark) {
        const [kind, words] = view.mark(row, column);
        if (kind) classes.push(kind);
        say += words;
      }
    }
    if (text && text !== "?") {
      classes.push(sign(value));
      button.dataset.exact = exact(value);
    } else {
      delete button.dataset.exact;
    }
    button.className = classes.join(" ");
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute("aria-label", `${entryName(view.id, row, column)}: ${say}`);
  });
}

// ------------------------------------------------------------------ the stage

const GLYPHS = {add: "+", subtract: "−", multiply: "×", divide: "÷", truediv: "÷", power: "^",
  greater: ">", less: "<", greater_equal: "≥", less_equal: "≤", equal: "=", maximum: "max",
  minimum: "min", softmax_cross_entropy: "vs", sigmoid_cross_entropy: "vs", squared_error: "−",
  sigmoid_backward_from_output: "× slope at", tanh_backward_from_output: "× slope at",
  relu_backward_from_output: "× slope at", leaky_relu_backward_from_input: "× slope at",
  softmax_backward_from_output: "through"};
const FUNCTIONS = {sigmoid: "σ", tanh: "tanh", relu: "relu", leaky_relu: "leaky relu", exp: "exp",
  softplus: "softplus", softmax: "softmax", log: "ln", sqrt: "√", abs: "| |", negative: "−",
  log_softmax: "ln softmax", sum: "Σ", mean: "mean", max: "max", log1p: "ln(1 + ·)"};
const glyph = (text) => h("span", {class: "glyph", "aria-hidden": "true"}, text);

function drawOperation() {
  const op = here(), board = $("board"), add = (...all) => board.append(...all);
  views = [];
  $("op-phase").textContent = [`Step ${state.s}`, PHASES[op.phase] || op.phase, op.layer]
    .filter(Boolean).join(" · ");
  $("op-name").textContent = op.symbol || op.name;
  $("op-sentence").textContent = op.sentence || "";
  board.replaceChildren();
  board.parentElement.scrollTop = 0;
  board.className = "board";
  const [a, b, c] = op.inputs;
  if (op.op === "linear" || op.op === "matmul") {
    cross(op, view(a, {role: "left"}), view(b, {role: "top"}), null,
      op.op === "linear" && c !== undefined && c !== null ? c : null);
  } else if (op.op === "linear_gradients" && op.part === 0) {
    cross(op, view(a, {role: "left", turn: true}), view(b, {role: "top"}), a, null);
  } else if (op.op === "linear_input_gradient") {
    cross(op, view(a, {role: "left"}), view(b, {role: "top", turn: true}), b, null);
  } else if ((op.op === "linear_gradients" && op.part === 1)
    || (op.op === "sum" && shape(op.output)[0] === 1 && shape(a)[1] === shape(op.output)[1])) {
    const above = op.op === "sum" ? a : b;
    board.classList.add("collapse");
    add(view(above).el, h("p", {class: "fall"}, glyph("↓ Σ ↓"),
      "The row was copied forward to every example, so its slopes are summed backward."),
    view(op.output, {role: "out"}).el);
  } else if (op.op === "descend") {
    const slopes = view(b, {name: arrays[b].name});
    slopes.mark = checkMark(op);
    add(view(a, {name: `old ${arrays[a].name}`}).el, glyph("− rate"), scalar(c), glyph("×"),
      slopes.el, outcome(op, `new ${op.name}`), h("div", {id: "slot"}));
  } else {
    const softmax = op.op === "softmax_cross_entropy" && op.part === 1;  // needs no targets
    const shown = op.inputs.slice(0, softmax ? 1 : undefined)
      .filter((id) => id !== null && id !== undefined);
    if (softmax) add(glyph("softmax"));
    if (shown.length === 1 && FUNCTIONS[op.op]) add(glyph(FUNCTIONS[op.op]));
    shown.forEach((id, n) => {
      if (n) add(glyph(n === 1 ? GLYPHS[op.op] || "," : op.op === "squared_error" ? "scaled by" : ","));
      add(arrays[id].kind === "number" ? scalar(id) : view(id).el);
    });
    add(outcome(op, op.name));
  }
  $("key").hidden = !views.some((each) => each.heat);
  drawMeaning(op);
  drawSource(op);
}

// The equals sign and the result stay together when the line wraps.
const outcome = (op, name) => h("span", {class: "outcome"}, glyph("="),
  view(op.output, {role: "out", name}).el);

// A single number among matrices; it is an operand like any other.
function scalar(id) {
  const el = h("span", {class: "scalar"}), {name, rows} = arrays[id], given = Number.isNaN(Number(name));
  const one = number(rows[0][0]);
  one.dataset.scalar = id;
  el.append(given ? `${name} = ` : "", one);
  return el;
}

// X at the left, W above, Z where they cross; the corner shows what was turned, and from what.
function cross(op, left, top, original, bias) {
  const board = $("board"), corner = h("div", {class: "corner"});
  board.classList.add("cross");
  if (left.body.classList.contains("down")) board.classList.add("tall");  // rows as high as pictures
  if (original !== null) {
    const name = arrays[original].name, [m, n] = shape(original);
    corner.append(h("p", {class: "turn"}, h("span", {class: "arrow", "aria-hidden": "true"}, "⤵"),
      h("b", {}, `${name}ᵀ`), ` is ${name} turned: rows become columns, ${m} × ${n} → ${n} × ${m}`));
    corner.append(thumbnail(original));
  }
  const out = view(op.output, {role: "out"});
  left.el.classList.add("at-left");
  top.el.classList.add("at-top");
  out.el.classList.add("at-cross");
  board.append(corner, top.el, left.el, out.el);
  if (bias !== null) {
    const copies = view(bias, {copies: shape(op.output)[0]});
    copies.el.classList.add("at-right");
    copies.el.prepend(glyph("+"));
    board.append(copies.el);
  }
}

// The matrix as it stood before it was turned, small.
function thumbnail(id) {
  const [m, n] = shape(id);
  if (m > MOST || n > MOST) return h("span", {});
  const grid = h("div", {class: "thumb", "aria-hidden": "true", style: `--columns:${n}`});
  for (let r = 0; r < m; r++) {
    for (let c = 0; c < n; c++) grid.append(h("i", {"data-key": `${id},${r},${c}`}));
  }
  return grid;
}

function paint() {
  const op = here(), list = terms(), now = list[state.k], [m, n] = shape(op.output);
  const keys = (steps) => new Set(steps.flatMap((each) => each.args)
    .filter((arg) => arg.from).map((arg) => arg.from.join()));
  const touched = keys(list), hot = keys([now]);
  const done = state.i * n + state.j - (finished() ? 0 : 1);
  for (const each of views) (each.heat ? paintHeat : paintCells)(each, touched, hot, done);
  for (const each of $("board").querySelectorAll("[data-scalar]")) {
    const key = `${each.dataset.scalar},0,0`;
    each.classList.toggle("hot", hot.has(key));
    each.classList.toggle("band", touched.has(key));
  }
  for (const each of $("board").querySelectorAll(".thumb i")) {
    each.className = hot.has(each.dataset.key) ? "hot" : touched.has(each.dataset.key) ? "band" : "";
  }
  const names = (list, index) => (list && list[index] !== undefined ? ` (${list[index]})` : "");
  // Rows of examples have the examples' names; columns those of the labels where Y has them too.
  const byRow = op.phase !== "update" && op.op !== "linear_gradients"
    && record.row_names && record.row_names.length === m;
  const byColumn = record.label_names && record.label_names.length === n
    && (op.phase === "loss" || ops().some((o) => o.phase === "loss" && o.inputs.includes(op.output)));
  $("op-where").textContent = m * n === 1 ? `One number, term ${state.k + 1} of ${list.length}`
    : `Row ${state.i}${byRow ? names(record.row_names, state.i) : ""}, ` +
    `column ${state.j}${byColumn ? names(record.label_names, state.j) : ""}, ` +
    `term ${state.k + 1} of ${list.length}${feature(now)}`;
  $("extra").replaceChildren();
  ($("slot") || $("extra")).replaceChildren(...extras(op, list, now));
  inView();
  paintTimeline();
  paintLines(op, list);
  paintGuess(op);
  tell(op, list, now);
}

// The name of the column of X that a term takes.
function feature(now) {
  const from = now.args[0] && now.args[0].from, names = record.feature_names;
  if (!names || !from || arrays[from[0]].kind !== "input") return "";
  return arrays[from[0]].name === "X" && names[from[2]] !== undefined ? ` (${names[from[2]]})` : "";
}

// The current cell is brought into view where the board or the stage is scrolled by itself.
function inView() {
  const current = $("board").querySelector(".current");
  if (!current) return;
  const board = $("board"), stage = board.parentElement, it = current.getBoundingClientRect();
  const sight = board.getBoundingClientRect(), frame = stage.getBoundingClientRect();
  if (it.right > sight.right) board.scrollLeft += it.right - sight.right + 96;
  else if (it.left < sight.left) board.scrollLeft += it.left - sight.left - 96;
  if (stage.scrollHeight <= stage.clientHeight) return;
  if (it.bottom > frame.bottom) stage.scrollTop += it.bottom - frame.bottom + 48;
  else if (it.top < frame.top) stage.scrollTop += it.top - frame.top - 48;
}

// ------------------------------------------------------------------ beside the matrices

function extras(op, list, now) {
  const all = [];
  const plot = curve(op, list);
  if (plot) all.push(plot);
  if (op.op === "softmax" || op.op === "softmax_cross_entropy" || op.op === "log_softmax") {
    all.push(ladder(op, now));
  }
  if (op.op === "descend") {
    const checked = checkTable(op);
    if (checked) all.push(checked);
  }
  if (list.length > MOST && !hidden()) all.push(largest(list));
  return all;
}

// The curve of an activation, with the point of this entry and the tangent there.
const CURVES = {
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (z, a) => a * (1 - a), "σ(z) = 1 / (1 + e⁻ᶻ)"],
  tanh: [Math.tanh, (z, a) => 1 - a * a, "tanh z"],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0), "max(z, 0)"],
  leaky_relu: [(z, s) => (z > 0 ? z : s * z), (z, a, s) => (z > 0 ? 1 : s), "z, or slope · z below 0"],
  softplus: [(z) => Math.log1p(Math.exp(z)), (z) => 1 / (1 + Math.exp(-z)), "ln(1 + eᶻ)"],
};

function curve(op, list) {
  let kind = op.op, z, a, slope = 0;
  if (/_backward_from_/.test(kind)) {
    kind = kind.replace(/_backward_from_.*/, "");
    // The activation's own input stands in the record where it ran forward.
    const forward = ops().find((o) => o.op === kind
      && (o.output === op.inputs[1] || o.inputs[0] === op.inputs[1]));
    if (!forward) return null;
    z = at(forward.inputs[0], state.i, state.j).v;
    a = at(forward.output, state.i, state.j).v;
    if (forward.inputs.length > 1) slope = at(forward.inputs[1], 0, 0).v;
  } else if (CURVES[kind]) {
    if (hidden() || !finished()) return null;  // the point would give the value away
    z = at(op.inputs[0], state.i, state.j).v;
    a = arrays[op.output].rows[state.i][state.j];
    if (op.inputs.length > 1) slope = at(op.inputs[1], 0, 0).v;
  }
  if (!CURVES[kind] || !Number.isFinite(z) || !Number.isFinite(a)) return null;
  const [g, d, formula] = CURVES[kind], rise = d(z, a, slope);
  const reach = Math.max(6, Math.abs(z) * 1.25), samples = range(121).map((n) => (n / 60 - 1) * reach);
  const values = samples.map((x) => g(x, slope));
  let low = Math.min(...values, a), high = Math.max(...values, a);
  const room = (high - low) * 0.12 || 1;
  [low, high] = [low - room, high + room];
  const W = 360, H = 200, px = (x) => W * (x + reach) / (2 * reach), py = (y) => H * (high - y) / (high - low);
  const s = (tag, properties) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
    return element;
  };
  const svg = s("svg", {viewBox: `0 0 ${W} ${H}`, class: "curve", role: "img", "aria-label":
    `The curve ${formula}: at z = ${show(z)} its height is ${show(a)} and its slope ${show(rise)}`});
  const line = (kind, x1, y1, x2, y2) => svg.append(s("line", {class: kind, x1, y1, x2, y2}));
  line("axis", 0, py(0), W, py(0));
  line("axis", px(0), 0, px(0), H);
  line("drop", px(z), py(0), px(z), py(a));
  line("drop", px(0), py(a), px(z), py(a));
  svg.append(s("path", {class: "graph", d: samples.map((x, n) =>
    `${n ? "L" : "M"}${px(x).toFixed(1)} ${py(values[n]).toFixed(1)}`).join("")}));
  // A tangent of the same length on the screen, however steep.
  const dx = W / (2 * reach), dy = -rise * H / (high - low), half = 56 / Math.hypot(dx, dy);
  line("tangent", px(z) - dx * half, py(a) - dy * half, px(z) + dx * half, py(a) + dy * half);
  svg.append(s("circle", {class: "point", cx: px(z), cy: py(a), r: 5}));
  return h("figure", {class: "plot"}, svg, h("figcaption", {}, h("b", {}, formula),
    fact("z", z), fact("height", a), fact("slope of the tangent", rise)));
}
const fact = (name, value) => h("span", {class: "fact"}, `${name} `, number(value));

// Softmax and cross-entropy of one row, step below step.
function ladder(op, now) {
  const [Z, Y] = op.inputs, n = shape(Z)[1], loss = op.op === "softmax_cross_entropy";
  const forLoss = loss && op.part === 0, i = forLoss ? now.row : state.i;
  const outputs = loss ? sibling(op, 1) : op;
  const parts = softmaxSteps(Z, i, 0), reached = forLoss ? 9 : state.k;
  const secret = hidden() && !forLoss;
  const head = h("tr", {}, h("th", {scope: "col"}, `row ${i}` +
    (record.row_names && record.row_names[i] !== undefined ? ` (${record.row_names[i]})` : "")));
  const truth = loss ? trueClass(Y, i) : -1;
  for (let c = 0; c < n; c++) {
    const label = record.label_names && record.label_names[c] !== undefined
      ? String(record.label_names[c]) : `class ${c}`;
    head.append(h("th", {scope: "col", class: c === truth ? "truth" : null}, label,
      c === truth ? h("span", {class: "tag"}, " true class") : null));
  }
  const line = (name, from, value) => {
    const row = h("tr", {class: reached === from && !forLoss ? "now" : null}, h("th", {scope: "row"}, name));
    for (let c = 0; c < n; c++) {
      const known = reached >= from && !(secret && from > 0);
      const given = known ? value(c) : null;
      row.append(h("td", {class: c === state.j && !forLoss ? "column" : c === truth && forLoss ? "column" : null},
        given === null ? "" : number(given)));
    }
    return row;
  };
  const body = h("tbody", {}, line(`Z[${i},·]`, -1, (c) => at(Z, i, c).v),
    line("max", 0, () => parts.max.v), line("shift: z − max", 1, (c) => parts.shifts[c].v),
    line("exp", 2, (c) => parts.powers[c].v), line("sum", 3, () => parts.sum.v));
  if (op.op !== "log_softmax" && outputs) {
    body.append(line("divide: p", 4, (c) => (forLoss || c <= state.j ? arrays[outputs.output].rows[i][c] : null)));
  }
  if (loss) body.append(line("Y", -1, (c) => at(Y, i, c).v));
  if (forLoss && outputs && !hidden()) {
    body.append(line("−log p", 9, (c) => (c === truth ? now.v : null)));
  }
  return h("div", {class: "ladder", tabindex: "0", role: "group", "aria-label": "Row by row"},
    h("table", {}, h("thead", {}, head), body));
}

// The gradient check: the slope by backward against the slope by nudging the weight.
function checked(op, i, j) {
  const all = record.gradient_check && record.gradient_check[op.step];
  const slopes = all && (all[arrays[op.inputs[0]].name] || all[op.name]);
  if (!slopes || !slopes[i]) return null;
  const numeric = typeof slopes[i][j] === "string" ? WORDS[slopes[i][j]] : slopes[i][j];
  const analytic = at(op.inputs[1], i, j).v;
  const error = Math.abs(analytic - numeric) / Math.max(Math.abs(analytic), Math.abs(numeric), 1e-5);
  return {numeric, analytic, error, ok: error <= 1e-6};
}
function checkMark(op) {
  return (i, j) => {
    const result = checked(op, i, j);
    return result ? [result.ok ? "ok" : "off", result.ok ? ", gradient check passed" : ", gradient check failed"] : ["", ""];
  };
}
function checkTable(op) {
  const result = checked(op, state.i, state.j);
  if (!result) return null;
  return h("p", {class: `check ${result.ok ? "ok" : "off"}`},
    h("b", {}, `${result.ok ? "✓" : "✗"} Gradient check of ${entryName(op.inputs[1], state.i, state.j)}`),
    fact("by backward", result.analytic), fact("by nudging the weight", result.numeric),
    fact("relative difference", result.error));
}

function largest(list) {
  const best = list.map((each, k) => ({each, k})).filter(({each}) => each.join === "+")
    .sort((a, b) => Math.abs(b.each.v) - Math.abs(a.each.v)).slice(0, 8);
  return h("div", {class: "largest"}, h("h3", {}, `The largest of the ${list.length} terms`),
    h("ol", {}, ...best.map(({each, k}) => h("li", {}, h("button", {type: "button",
      "aria-current": k === state.k ? "true" : null, onclick: () => go({k})},
      h("span", {class: "t"}, each.args.map((arg) => arg.t).join(" · ")), number(each.v))))));
}

// ------------------------------------------------------------------ the four lines

// One column a term: its symbols, its indices, its numbers, its value and the running sum.
function paintLines(op, list) {
  const four = $("four"), secret = hidden(), shown = around(list.length, state.k);
  const columns = 2 + shown.length * 2 + 2;
  four.replaceChildren();
  let column = 0;
  const put = (row, at, kind, properties, ...children) => four.append(h("span",
    {class: kind, style: `grid-row:${row};grid-column:${at}`, ...properties}, ...children));
  ["symbols", "indices", "numbers", "result"].forEach((name, n) => put(n + 1, "1", "tag", {}, name));
  const symbol = op.symbol || op.name, cut = symbol.search(/[=←]/);
  const result = entryName(op.output, state.i, state.j);
  put(1, "2", "lhs", {}, cut > 0 ? symbol.slice(0, cut).trim() : op.name);
  put(2, "2", "lhs", {}, result);
  put(1, "3", "sep", {}, cut > 0 ? symbol[cut] : "=");
  put(2, "3", "sep", {}, "=");
  put(3, "3", "sep", {}, "=");
  put(4, "3", "sep", {}, "=");
  const right = cut > 0 ? symbol.slice(cut + 1).trim() : symbol;
  const tail = list[list.length - 1].tail ? right.lastIndexOf(" + ") : -1;
  column = 4;
  const first = column;
  shown.forEach((k, n) => {
    const last = n === shown.length - 1;
    if (n) {
      const mark = k === null || shown[n - 1] === null || list[k].join === "+" ? "+" : "→";
      for (const row of [2, 3, 4]) put(row, column, "sep", {"aria-hidden": mark === "→" ? "true" : null}, mark);
      if (last && tail > 0) put(1, column, "sep", {}, "+");
      column++;
    }
    if (k === null) {
      for (const row of [2, 3, 4]) put(row, column, "gap", {}, "…");
      column++;
      return;
    }
    const each = list[k], when = k === state.k ? " now" : k < state.k ? " past" : " next";
    const pick = {"data-k": k, onclick: () => go({k})};
    const write = (...all) => bracketed(F[each.f][1](...all));
    put(2, column, `term${when}`, pick, ...write(...each.args.map((arg) => arg.t)));
    put(3, column, `term${when}`, {...pick, "data-f": each.f, "data-join": each.join},
      ...write(...each.args.map((arg) => secret && !arg.from && !isPlain(arg) ? "?" : number(arg.v))));
    const known = k <= state.k && !secret;
    put(4, column, `term value${when}`, {...pick, "data-value": k},
      known ? number(each.v) : h("span", {class: "n pending"}, secret ? "?" : "·"),
      each.say ? h("small", {}, each.say) : null,
      each.join === "+" && list.length > 1 ? h("small", {class: "run"},
        ...(known ? ["Σ ", number(each.run)] : ["\u00a0"])) : null);
    if (last && tail > 0) put(1, column, "part", {}, right.slice(tail + 3));
    column++;
  });
  const wide = tail > 0 && shown.length > 1 ? column - 2 : column;
  put(1, `${first} / ${wide}`, "part", {}, tail > 0 ? right.slice(0, tail) : right);
  const ready = finished() && !secret;
  put(4, column, "sep", {}, "=");
  put(4, column + 1, "total", {id: "total"}, ready ? number(arrays[op.output].rows[state.i][state.j])
    : h("span", {class: "n pending"}, secret ? "?" : "·"));
  const now = four.querySelector(".term.now");
  if (now) {
    const box = four.getBoundingClientRect(), it = now.getBoundingClientRect();
    if (it.left < box.left + 96 || it.right > box.right - 16) {
      four.scrollLeft += it.left - box.left - box.width / 3;
    }
  }
}
// A negative number right after a minus stands in brackets.
function bracketed(parts) {
  return parts.flatMap((part, n) => {
    const minus = n && typeof parts[n - 1] === "string" && /−\s?$/.test(parts[n - 1]);
    return minus && part instanceof Element && part.classList.contains("neg") ? ["(", part, ")"] : [part];
  });
}
const isPlain = (arg) => /^[\d.]+$/.test(arg.t);

// Which of n terms to show around number k; null stands for those left out.
function around(n, k) {
  if (n <= MOST + 1) return range(n);
  const kept = new Set([0, n - 1, ...range(5).map((d) => k - 2 + d)]);
  const list = [...kept].filter((x) => x >= 0 && x < n).sort((a, b) => a - b);
  return list.flatMap((x, at) => (at && x - list[at - 1] > 1 ? [null, x] : [x]));
}

// What a person who cannot see the page is told after each move.
function tell(op, list, now) {
  const text = [entryName(op.output, state.i, state.j), `term ${state.k + 1} of ${list.length}`];
  text.push(F[now.f][1](...now.args.map((arg) => arg.t)).join(""));
  if (!hidden()) {
    text.push(`is ${show(now.v)}`);
    if (now.join === "+") text.push(`running sum ${show(now.run)}`);
    if (finished()) text.push(`result ${show(arrays[op.output].rows[state.i][state.j])}`);
  }
  $("live").textContent = text.join(", ") + ".";
}

// ------------------------------------------------------------------ predicting

function paintGuess(op) {
  $("guess").hidden = !predicting;
  if (!predicting) return;
  $("guess-label").textContent = `Your value for ${entryName(op.output, state.i, state.j)}`;
  if ($("guess").dataset.place !== place()) {
    $("guess").dataset.place = place();
    $("guess-value").value = "";
    $("guess-answer").textContent = "";
  }
}

function predict(on = !predicting) {
  predicting = on;
  answered = null;
  $("predict").setAttribute("aria-pressed", String(on));
  delete $("guess").dataset.place;
  if (on) pause();
  paint();
  if (on) $("guess-value").focus();
}

function check(event) {
  event.preventDefault();
  const typed = $("guess-value").value.trim().replace(/[−–]/g, "-").replace(",", ".");
  const guess = typed === "" ? NaN : Number(typed), result = arrays[here().output].rows[state.i][state.j];
  if (answered === place()) return moves.cell(1);
  if (!Number.isFinite(guess)) {
    $("guess-answer").textContent = "Type a number, such as −0.25.";
    return undefined;
  }
  answered = place();
  go({k: LAST});
  const off = Math.abs(guess - result), share = off / Math.max(Math.abs(result), 1e-12);
  const same = show(guess) === show(result);
  const how = same ? "Exact to four digits" : share < 0.01 || off < 5e-4 ? "Very close"
    : share < 0.1 ? "Close" : guess * result < 0 ? "Other sign" : "Not yet";
  $("guess-answer").textContent = same ? `${how}: ${show(result)}.`
    : `${how}: it is ${show(result)}, you were off by ${show(off)}` +
      (result === 0 ? "." : ` (${(100 * share).toPrecision(2).replace(/e\+?(-?\d+)/, " × 10^$1")} %).`);
  return undefined;
}

// ------------------------------------------------------------------ the source

const sheets = {};  // file: the element with its lines, made once
function drawSource(op) {
  const {file, line, text} = op.source || {}, box = $("code");
  $("source-title").textContent = file ? `${file}, line ${line}` : "Source";
  if (!file) return box.replaceChildren();
  if (!sheets[file]) {
    const whole = record.sources && record.sources[file];
    const lines = whole ? whole.split("\n") : null;
    sheets[file] = h("ol", {class: "listing"}, ...(lines || [text || ""]).map(
      (each, n) => h("li", {value: lines ? n + 1 : line}, ...coloured(each))));
    sheets[file].dataset.first = lines ? 1 : line;
  }
  box.replaceChildren(sheets[file]);
  for (const lit of sheets[file].querySelectorAll(".lit")) {
    lit.classList.remove("lit");
    lit.removeAttribute("aria-current");
  }
  const lit = sheets[file].children[line - Number(sheets[file].dataset.first)];
  if (!lit) return undefined;
  lit.classList.add("lit");
  lit.setAttribute("aria-current", "true");
  box.scrollTop = lit.offsetTop - box.clientHeight / 2 + 16;
  box.scrollLeft = 0;
  return undefined;
}

// What the backend's function means: its definition in the contract, where it has one.
function drawMeaning(op) {
  const {file, line} = op.definition || {}, whole = record.sources && record.sources[file];
  $("meaning-title").hidden = $("meaning").hidden = !whole;
  if (!whole) return;
  $("meaning-title").textContent = `${op.op} means: ${file}, line ${line}`;
  const lines = whole.split("\n"), indent = lines[line - 1].search(/\S/);
  let end = line;
  while (end < lines.length && (lines[end].trim() === "" || lines[end].search(/\S/) > indent)) end++;
  while (lines[end - 1].trim() === "") end--;
  $("meaning").replaceChildren(h("ol", {class: "listing"}, ...lines.slice(line - 1, end).map(
    (each, n) => h("li", {value: line + n}, ...coloured(each.slice(indent))))));
  $("meaning").scrollTop = $("meaning").scrollLeft = 0;
}

// Comments, strings and keywords of one line of Python.
function coloured(line) {
  const found = /(#.*$)|("""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\b(def|class|return|if|else|for|in|not|is|None|and|or|import|from|self|True|False|raise|with|as|lambda)\b/g;
  const parts = [];
  let last = 0;
  for (const match of line.matchAll(found)) {
    if (match.index > last) parts.push(line.slice(last, match.index));
    parts.push(h("span", {class: match[1] ? "com" : match[2] ? "str" : "word"}, match[0]));
    last = match.index + match[0].length;
  }
  parts.push(line.slice(last) || (parts.length ? "" : " "));
  return parts;
}

// ------------------------------------------------------------------ keys, mouse and touch

function pause() {
  clearInterval(playing);
  playing = 0;
  $("play").setAttribute("aria-pressed", "false");
  $("play").textContent = "Play";
}
function play() {
  if (playing) return pause();
  if (predicting) predict(false);
  $("play").setAttribute("aria-pressed", "true");
  $("play").textContent = "Pause";
  playing = setInterval(() => moves.term(1), 800);
  return undefined;
}
function help() {
  if ($("help-box").open) $("help-box").close();
  else $("help-box").showModal();
}

function onKey(event) {
  const {key, target} = event;
  if (event.altKey || event.metaKey || $("help-box").open) {
    if (key === "?" && $("help-box").open) { event.preventDefault(); help(); }
    return;
  }
  const typing = target.matches("input[type=text], select, textarea");
  const page = key === "PageUp" || key === "PageDown";
  if (typing && !page) {
    if (key === "Escape" && predicting) predict(false);
    return;
  }
  if (target.matches("input[type=range]") && /^(Arrow|Home|End|Page)/.test(key) && !event.ctrlKey && !event.shiftKey) return;
  let act = null;
  if (key === "ArrowRight" || key === "ArrowLeft") {
    const by = key === "ArrowRight" ? 1 : -1;
    act = () => moves[event.ctrlKey ? "op" : event.shiftKey ? "cell" : "term"](by);
  } else if (page) act = () => moves.step(key === "PageDown" ? 1 : -1);
  else if (key === "Home" && !event.ctrlKey) act = ends.home;
  else if (key === "End" && !event.ctrlKey) act = ends.end;
  else if (key === " ") {
    // On a button that was reached by keyboard, Space presses the button.
    if (target.matches("button:focus-visible:not(.cell), summary")) return;
    act = play;
  } else if ((key === "p" || key === "P") && !event.ctrlKey) act = () => predict();
  else if (key === "?") act = help;
  if (!act) return;
  event.preventDefault();
  if (act !== play) pause();
  act();
}

// All digits of the number under the pointer or in focus.
function tip(event) {
  const source = event.target.closest && event.target.closest("[data-exact]"), box = $("tip");
  box.hidden = !source;
  if (!source) return;
  box.textContent = source.dataset.exact;
  const it = source.getBoundingClientRect(), width = box.offsetWidth;
  const left = clamp(Math.round(it.left + it.width / 2 - width / 2), 8, Math.max(8, document.documentElement.clientWidth - width - 8));
  const above = it.top > box.offsetHeight + 16;
  box.style.left = `${left}px`;
  box.style.top = `${above ? it.top - box.offsetHeight - 8 : it.bottom + 8}px`;
}

// ------------------------------------------------------------------ the sheets for the printer

// A worksheet with the results left blank, then the same with the answers.
function drawPaper() {
  $("paper").replaceChildren(sheet(false), sheet(true));
}
function sheet(answers) {
  const computed = new Set(ops().map((op) => op.output));
  const page = h("section", {class: answers ? "answers" : "worksheet"},
    h("h1", {}, `${record.title || "A training step"}: ${answers ? "answers" : "worksheet"}`),
    h("p", {}, `Training step ${state.s}. ` + (answers ? "Results to four significant digits."
      : "Fill in the empty cells, from the top; what you find is used further down.")));
  ops().forEach((op, n) => {
    const matrices = h("div", {class: "row"});
    const inputs = [...new Set(op.inputs)].filter((id) => id !== null && id !== undefined);
    for (const id of inputs) matrices.append(printed(id, arrays[id].name, answers || !computed.has(id)));
    matrices.append(h("span", {class: "glyph"}, "→"), printed(op.output, op.name, answers, true));
    page.append(h("article", {}, h("h2", {}, `${n + 1}. ${op.symbol || op.name}`),
      op.index && op.index !== op.symbol ? h("p", {class: "index"}, op.index) : "", matrices));
  });
  return page;
}
function printed(id, name, filled, strong) {
  const [m, n] = shape(id);
  if (arrays[id].kind === "number" && !strong && filled) return h("p", {}, show(arrays[id].rows[0][0]));
  if (m > MOST || n > MOST) {
    return h("p", {class: "large"}, `${name}: ${m} × ${n}, too large for paper`);
  }
  return h("table", {class: strong ? "result" : null}, h("caption", {}, `${name}  ${m} × ${n}`),
    h("tbody", {}, ...arrays[id].rows.map((row) => h("tr", {}, ...row.map(
      (v) => h("td", {}, filled ? show(v) : ""))))));
}

// ------------------------------------------------------------------ start

function start() {
  $("title").textContent = record.title || "A training step";
  const {layers = [], loss, optimizer, seed} = record.network || {};
  $("about").textContent = [...layers, loss, optimizer,
    seed === null || seed === undefined ? null : `seed ${seed}`, record.backend && `backend ${record.backend}`]
    .filter(Boolean).join(" · ");
  $("step").append(...steps.map((_, s) => h("option", {value: s}, String(s))));
  $("step").addEventListener("change", (event) => moves.step(Number(event.target.value) - state.s));
  $("scrub").addEventListener("input", (event) => go({o: Number(event.target.value), i: 0, j: 0, k: 0}));
  for (const button of document.querySelectorAll("[data-move]")) {
    const {move, by} = button.dataset;
    button.addEventListener("click", () => {
      pause();
      (ends[move] || (() => moves[move](Number(by))))();
    });
  }
  $("play").addEventListener("click", play);
  $("predict").addEventListener("click", () => predict());
  $("help").addEventListener("click", help);
  $("print").addEventListener("click", () => { drawPaper(); window.print(); });
  $("guess").addEventListener("submit", check);
  document.addEventListener("keydown", onKey);
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, tip);
  document.addEventListener("focusout", () => { $("tip").hidden = true; });
  document.addEventListener("scroll", () => { $("tip").hidden = true; }, true);
  window.addEventListener("hashchange", readAddress);
  window.addEventListener("beforeprint", drawPaper);
  const paper = window.matchMedia("print");
  paper.addEventListener("change", () => { if (paper.matches) drawPaper(); });
  readAddress();
  document.documentElement.dataset.ready = Math.round(performance.now());  // milliseconds
}
start();

})();
