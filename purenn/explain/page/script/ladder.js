/* Softmax and cross-entropy of one row, step below step. */

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
