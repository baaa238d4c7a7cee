/* What stands beside the matrices: the curve of an activation, softmax row by row, the gradient
   check, the largest terms. */

function extras(op, list, now) {
  const all = [];
  const plot = curve(op, list);
  if (plot) all.push(plot);
  if (hasLadder(op)) all.push(ladder(op, now));
  if (op.op === "descend") {
    const checked = checkTable(op);
    if (checked) all.push(checked);
  }
  if (list.length > MOST && !hidden()) all.push(largest(list));
  return all;
}

// The gradient check: the slope by backward against the slope by nudging the weight. The slope
// is the step's own dW, also where the update goes another way than straight down it.
function slopesOf(op) {
  return steps[op.step].find((other) => other.name === `d${op.name}`);
}
function checked(op, i, j) {
  const all = record.gradient_check && record.gradient_check[op.step], slopes = slopesOf(op);
  const nudged = all && all[op.name];
  if (!nudged || !nudged[i] || !slopes) return null;
  const numeric = typeof nudged[i][j] === "string" ? WORDS[nudged[i][j]] : nudged[i][j];
  const analytic = at(slopes.output, i, j).v;
  return {numeric, analytic, ...compared(analytic, numeric, lossOf(op)),
    name: entryName(slopes.output, i, j)};
}
// The nudged slope is uncertain by the rounding of the loss, divided by the nudge: 2⁻⁵² / 2⁻¹⁰ of
// it, 16 times that where larger numbers cancel. A slope that is lost in it is too small to check.
function compared(analytic, numeric, loss) {
  const gap = Math.abs(analytic - numeric), noise = 2 ** -38 * Math.abs(loss);
  const largest = Math.max(Math.abs(analytic), Math.abs(numeric)), error = largest ? gap / largest : 0;
  if (!Number.isFinite(numeric)) return {error, verdict: "none"};
  if (!(gap <= 1e-6 * largest + noise) || gap === Infinity) return {error, verdict: "off"};
  return {error, verdict: noise < 1e-3 * largest ? "ok" : "small"};
}
function lossOf(op) {
  const loss = steps[op.step].find((other) => other.phase === "loss" && other.name === "L");
  return at(loss.output, 0, 0).v;
}
const VERDICTS = {  // sign, words
  ok: ["✓", "gradient check passed"], off: ["✗", "gradient check failed"],
  none: ["–", "there is no slope here, as on a kink"], small: ["–", "too small to check"],
};
function checkMark(op) {
  const slopes = slopesOf(op);
  if (!slopes || slopes.output !== op.inputs[1]) return null;  // other numbers stand here
  return (i, j) => {
    const result = checked(op, i, j);
    if (!result) return ["", ""];
    const marked = result.verdict === "ok" || result.verdict === "off" ? result.verdict : "";
    return [marked, `, ${VERDICTS[result.verdict][1]}`];
  };
}
function checkTable(op) {
  const result = checked(op, state.i, state.j);
  if (!result) return null;
  const [sign, words] = VERDICTS[result.verdict];
  const told = sign === "–" ? `: ${words}` : "";
  return h("p", {class: `check ${result.verdict}`, "data-block": "check"},
    h("b", {}, `${sign} Gradient check of ${result.name}${told}`),
    fact("by backward", result.analytic), fact("by nudging the weight", result.numeric),
    fact("relative difference", result.error));
}

function largest(list) {
  const best = list.map((each, k) => ({each, k})).filter(({each}) => each.join === "+")
    .sort((a, b) => Math.abs(b.each.v) - Math.abs(a.each.v)).slice(0, 8);
  return h("div", {class: "largest", "data-block": "largest"},
    h("h3", {}, `The largest of the ${list.length} terms`),
    h("ol", {}, ...best.map(({each, k}) => h("li", {}, h("button", {type: "button",
      "data-at": k, "data-exact": exact(each.v), "aria-current": k === state.k ? "true" : null,
      onclick: () => go({k})}, h("span", {class: "t"}, each.args.map((arg) => arg.t).join(" · ")),
    h("span", {class: `n ${sign(each.v)}`}, show(each.v)))))));
}

// ---- the curve of an activation, with the point of this entry and the tangent there

const CURVES = {
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (z, a) => a * (1 - a), "σ(z) = 1 / (1 + e⁻ᶻ)"],
  tanh: [Math.tanh, (z, a) => 1 - a * a, "tanh z"],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0), "max(z, 0)"],
  leaky_relu: [(z, s) => (z > 0 ? z : s * z), (z, a, s) => (z > 0 ? 1 : s), "z, or slope · z below 0"],
  softplus: [(z) => Math.log1p(Math.exp(z)), (z) => 1 / (1 + Math.exp(-z)), "ln(1 + eᶻ)"],
};

function curve(op, list) {
  let kind = op.op, z, a, slope = 0;
  if (kind === "sigmoid_cross_entropy" && op.part === 1) kind = "sigmoid";  // P, inside a loss
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
  const W = 360, H = 200;
  const px = (x) => W * (x + reach) / (2 * reach), py = (y) => H * (high - y) / (high - low);
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
  return h("figure", {class: "plot", "data-block": "plot"}, svg, h("figcaption", {}, h("b", {}, formula),
    fact("z", z), fact("height", a), fact("slope of the tangent", rise)));
}
const fact = (name, value) => h("span", {class: "fact"}, `${name} `, number(value));

// ---- softmax and cross-entropy of one row, step below step

const hasLadder = (op) => ["softmax", "softmax_cross_entropy", "log_softmax"].includes(op.op);

function ladder(op, now) {
  const [Z, Y] = op.inputs, n = shape(Z)[1], loss = op.op === "softmax_cross_entropy";
  const forLoss = loss && op.part === 0, i = forLoss ? now.row : state.i;
  const outputs = loss ? sibling(op, 1) : op;
  const parts = softmaxSteps(Z, i, 0), reached = forLoss ? 9 : state.k;
  const secret = hidden() && !forLoss;
  const head = h("tr", {}, h("th", {scope: "col"}, `row ${i}${nameOf(rowNames[Z], i)}`));
  const truth = loss ? trueClass(Y, i) : -1;
  for (let c = 0; c < n; c++) {
    const label = columnNames[Z] ? String(columnNames[Z][c]) : `class ${c}`;
    head.append(h("th", {scope: "col", class: c === truth ? "truth" : null}, label,
      c === truth ? h("span", {class: "tag"}, " true class") : null));
  }
  const marked = forLoss ? truth : state.j;
  const line = (name, from, value) => {
    const now = reached === from && !forLoss;
    const row = h("tr", {class: now ? "now" : null}, h("th", {scope: "row"}, name));
    for (let c = 0; c < n; c++) {
      const known = reached >= from && !(secret && from > 0);
      const given = known ? value(c) : null;
      row.append(h("td", {class: c === marked ? "column" : null},
        given === null ? "" : number(given)));
    }
    return row;
  };
  const body = h("tbody", {}, line(`Z[${i},·]`, -1, (c) => at(Z, i, c).v),
    line("max", 0, () => parts.max.v), line("shift: z − max", 1, (c) => parts.shifts[c].v),
    line("exp", 2, (c) => parts.powers[c].v), line("sum", 3, () => parts.sum.v));
  if (op.op !== "log_softmax" && outputs) {
    body.append(line("divide: p", 4, (c) => (forLoss || c <= state.j
      ? arrays[outputs.output].rows[i][c] : null)));
  }
  if (loss) body.append(line("Y", -1, (c) => at(Y, i, c).v));
  if (forLoss && outputs && !hidden()) {
    body.append(line("−log p", 9, (c) => (c === truth ? now.v : null)));
  }
  return h("div", {class: "ladder", "data-block": "ladder", tabindex: "0", role: "group",
    "aria-label": "Row by row"},
    h("table", {}, h("thead", {}, head), body));
}
