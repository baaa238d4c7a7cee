/* What else stands beside the matrices: the gradient check, the largest terms. */

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
  const name = `d${arrays[op.inputs[0]].name}`;
  return steps[op.step].find((other) => other.name === name);
}
function checked(op, i, j) {
  const all = record.gradient_check && record.gradient_check[op.step], slopes = slopesOf(op);
  const nudged = all && (all[arrays[op.inputs[0]].name] || all[op.name]);
  if (!nudged || !nudged[i] || !slopes) return null;
  const numeric = typeof nudged[i][j] === "string" ? WORDS[nudged[i][j]] : nudged[i][j];
  const analytic = at(slopes.output, i, j).v;
  const error = Math.abs(analytic - numeric) / Math.max(Math.abs(analytic), Math.abs(numeric), 1e-5);
  return {numeric, analytic, error, ok: error <= 1e-6, name: entryName(slopes.output, i, j)};
}
function checkMark(op) {
  const slopes = slopesOf(op);
  if (!slopes || slopes.output !== op.inputs[1]) return null;  // other numbers stand here
  return (i, j) => {
    const result = checked(op, i, j);
    if (!result) return ["", ""];
    return result.ok ? ["ok", ", gradient check passed"] : ["off", ", gradient check failed"];
  };
}
function checkTable(op) {
  const result = checked(op, state.i, state.j);
  if (!result) return null;
  return h("p", {class: `check ${result.ok ? "ok" : "off"}`, "data-block": "check"},
    h("b", {}, `${result.ok ? "✓" : "✗"} Gradient check of ${result.name}`),
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
