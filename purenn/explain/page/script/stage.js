/* The operation in the middle of the page: its matrices, as they stand to each other. */

const GLYPHS = {add: "+", subtract: "−", multiply: "×", divide: "÷", power: "^",
  greater: ">", less: "<", greater_equal: "≥", less_equal: "≤", equal: "= ?", not_equal: "≠", maximum: ",",
  minimum: ",", softmax_cross_entropy: "vs", sigmoid_cross_entropy: "vs", squared_error: "−",
  sigmoid_backward_from_output: "× slope at", tanh_backward_from_output: "× slope at",
  relu_backward_from_output: "× slope at", leaky_relu_backward_from_input: "× slope at",
  softmax_backward_from_output: "through"};
const FUNCTIONS = {sigmoid: "σ", tanh: "tanh", relu: "relu", leaky_relu: "leaky relu", exp: "exp",
  softplus: "softplus", softmax: "softmax", log: "ln", sqrt: "√", abs: "| |", negative: "−",
  softmax_cross_entropy: "softmax", sigmoid_cross_entropy: "σ", log_softmax: "ln softmax",
  sum: "Σ", mean: "mean", max: "max", log1p: "ln(1 + ·)",
  argmax: "place of the max in each row of", astype: "as numbers:"};
const CHOICES = {maximum: "the larger of", minimum: "the smaller of"};
const glyph = (text) => h("span", {class: "glyph", "aria-hidden": "true"}, text);

function drawOperation() {
  const op = here(), board = $("board"), [a, b] = op.inputs;
  views = [];
  $("op-phase").textContent = [`Step ${state.s}`, PHASES[op.phase] || op.phase, op.layer]
    .filter(Boolean).join(" · ");
  $("op-name").textContent = op.symbol || op.name;
  $("op-sentence").textContent = op.sentence || "";
  board.replaceChildren();
  fresh = true;
  board.className = "board";
  const sumOfRows = op.op === "sum" && shape(op.output)[0] === 1
    && shape(a)[1] === shape(op.output)[1];
  if (op.op === "linear" || op.op === "matmul") drawProduct(op);
  else if (op.op === "linear_gradients" && op.part === 0) drawSlopesOfW(op);
  else if (op.op === "linear_input_gradient") drawSlopesOfX(op);
  else if (op.op === "linear_gradients" || sumOfRows) drawCollapse(op, sumOfRows ? a : b);
  else if (op.op === "descend") drawUpdate(op);
  else if (op.op === "take") drawTake(op);
  else drawEntryByEntry(op);
  $("key").hidden = !views.some((each) => each.heat);
  drawMeaning(op);
  drawSource(op);
}

function drawProduct(op) {
  const [a, b, c] = op.inputs, given = op.op === "linear" && c !== undefined && c !== null;
  cross(op, view(a, {role: "left", rows: rowNames[a]}),
    view(b, {role: "top", rows: rowNames[b], hang: true}), null, given ? c : null);
}
function drawSlopesOfW(op) {
  const [a, b] = op.inputs;
  cross(op, view(a, {role: "left", turn: true, rows: columnNames[a]}), view(b, {role: "top"}), a, null);
}
function drawSlopesOfX(op) {
  const [a, b] = op.inputs;
  cross(op, view(a, {role: "left", rows: rowNames[a]}), view(b, {role: "top", turn: true}), b, null);
}

function drawUpdate(op) {
  const [a, b, c] = op.inputs, slopes = view(b);
  slopes.mark = checkMark(op);
  $("board").classList.toggle("low", shape(a)[0] > 2);  // room for the gradient check
  $("board").append(view(a, {name: `old ${arrays[a].name}`, rows: rowNames[a]}).el, glyph("− rate"),
    scalar(c), glyph("×"), slopes.el, outcome(op, `new ${op.name}`), h("div", {id: "slot"}));
}

// Some rows of a matrix: those that are taken are banded, and each result says which it was.
function drawTake(op) {
  const [a] = op.inputs, {indices} = op.options;
  const names = rowNames[a] || range(shape(a)[0]).map((r) => `row ${r}`);
  const source = view(a, {rows: names});
  source.taken = new Set(indices);
  downward(source, "↓", "The banded rows are taken, in the order in which they stand below.",
    view(op.output, {role: "out", name: op.name, rows: indices.map((index) => names[index])}));
}

function downward(above, sign, words, out) {
  const board = $("board");
  board.classList.add("downward");
  board.append(above.el, h("p", {class: "between"}, glyph(sign), words), out.el);
}

function drawEntryByEntry(op) {
  const board = $("board"), add = (...all) => board.append(...all);
  board.classList.toggle("low", hasLadder(op));  // room for what stands below
  const shown = operands(op), before = shown.length === 1 ? FUNCTIONS[op.op] : CHOICES[op.op];
  if (before) add(glyph(before));
  let named = null;  // names of rows stand at the left end only
  shown.forEach((id, n) => {
    if (n) add(glyph(n === 1 ? GLYPHS[op.op] || "," : op.op === "squared_error" ? "scaled by" : ","));
    add(arrays[id].kind === "number" ? scalar(id) : view(id, {rows: named ? null : rowNames[id]}).el);
    named = named || rowNames[id];
  });
  add(outcome(op, op.name));
}

// db: the row b was copied to every example, so the rows of dZ are its copies; they fall into one.
function drawCollapse(op, id) {
  const names = rowNames[id], above = view(id, {rows: names});
  const out = view(op.output, {role: "out", rows: names && ["Σ"], columns: null});
  above.el.classList.add("slips");
  downward(above, "↓ Σ ↓", op.op === "sum" ? "The rows are added up, column by column."
    : "Copied forward, summed backward: each row has its say in the slope of b.", out);
  if (!above.heat && !out.heat && !STILL.matches) fall(above, out);
}

// Each row of numbers falls onto the result and is gone.
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
function fall(above, out) {
  const board = $("board"), floor = board.getBoundingClientRect();
  const to = out.body.getBoundingClientRect();
  for (let r = 0; r < above.m; r++) {
    const it = above.cells[r * above.n].getBoundingClientRect();
    const slip = h("div", {class: "slip", "aria-hidden": "true", style:
      `left:${it.left - floor.left + board.scrollLeft}px;top:${it.top - floor.top + board.scrollTop}px;` +
      `--columns:${above.n};--drop:${to.top - it.top}px;animation-delay:${(above.m - 1 - r) * 90}ms`},
    ...arrays[above.id].rows[r].map((v) => h("span", {}, show(v))));
    slip.addEventListener("animationend", () => slip.remove());
    board.append(slip);
  }
}

// The equals sign and the result stay together when the line wraps.
const outcome = (op, name) => h("span", {class: "outcome"}, glyph("="),
  view(op.output, {role: "out", name}).el);

// A single number among matrices; it is an operand like any other.
function scalar(id) {
  const {name, rows} = arrays[id], named = Number.isNaN(Number(name)), one = number(rows[0][0]);
  one.dataset.scalar = id;
  return h("span", {class: "scalar", "data-block": name}, named ? `${name} = ` : "", one);
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
  $("op-where").textContent = m * n === 1 ? `One number, term ${state.k + 1} of ${list.length}`
    : `Row ${state.i}${nameOf(rowNames[op.output], state.i)}, ` +
    `column ${state.j}${nameOf(columnNames[op.output], state.j)}, ` +
    `term ${state.k + 1} of ${list.length}${termName(op, now)}`;
  $("extra").replaceChildren();
  ($("slot") || $("extra")).replaceChildren(...extras(op, list, now));
  settle("board", inView);
  paintLines(op, list);
  paintGuess(op);
  tell(op, list, now);
  if (!$("tip").hidden) tip({target: document.activeElement});
}

// The name of the row or column that a term of a product takes.
function termName(op, now) {
  const from = now.args[0] && now.args[0].from;
  if (!from || now.tail) return "";
  if (op.op === "linear_gradients") return nameOf(rowNames[from[0]], from[1]);
  return op.op === "linear" || op.op === "matmul" ? nameOf(columnNames[from[0]], from[2]) : "";
}

// The current cell is brought into view where the board or the stage is scrolled by itself.
let fresh = false;  // the operation is new: begin at its top
function inView() {
  if (fresh) $("board").parentElement.scrollTop = 0;
  fresh = false;
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
