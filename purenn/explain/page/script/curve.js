/* The curve of an activation, with the point of this entry and the tangent there. */

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
