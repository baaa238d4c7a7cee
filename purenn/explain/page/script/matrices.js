/* Matrices as tables of numbers, with the names of their rows and columns. */

// What is on the board now. A view shows an array, maybe turned or with its row repeated:
// `from(r, c)` says which entry of the array stands in its place (r, c), `to` is the way back.
let views = [];
const MOST = 12;  // more rows or columns than this are shown as a heat map

function view(id, {turn = false, copies = 0, role = "in", name = arrays[id].name,
  rows = null, columns = turn ? rowNames[id] : columnNames[id], hang = false} = {}) {
  let [m, n] = shape(id);
  if (turn) [m, n] = [n, m];
  if (copies) m = copies;
  const from = (r, c) => (turn ? [c, r] : copies ? [0, c] : [r, c]);
  const to = (row, column) => (turn ? [column, row] : copies ? [state.i, column] : [row, column]);
  const made = {id, m, n, turn, copies, role, from, to, name, heat: m > MOST || n > MOST};
  made.body = made.heat ? heatBody(made) : cellBody(made);
  made.body.dataset.block = `${name}${turn ? "ᵀ" : ""}`;
  const kinds = ["view", role, turn && "turned", copies && "copies", n > 8 && "many"];
  const named = made.heat ? [] : [heads("columns", columns), heads(hang ? "rows hang" : "rows", rows)];
  made.el = h("div", {class: kinds.filter(Boolean).join(" ")},
    h("div", {class: "table"}, caption(made), ...named, made.body));
  views.push(made);
  return made;
}

// Names above the columns or left of the rows, cut short where they are long.
function heads(kind, names) {
  if (!names) return null;
  const list = h("div", {class: `heads ${kind}`, style: `--columns:${names.length}`});
  for (const name of names) list.append(h("span", {title: name}, String(name)));
  return list;
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
        "data-at": `${r},${c}`, onclick: () => pick(view, r, c)});
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
  const [m, n] = shape(here().output), near = [[Math.min(r, m - 1), state.j],
    [state.i, Math.min(c, n - 1)], [Math.min(r, m - 1), Math.min(c, n - 1)]];
  const all = m * n <= MOST * MOST ? range(m * n).map((p) => [Math.floor(p / n), p % n]) : [];
  for (const [i, j] of [...near, ...all]) {  // another cell of the result may use it
    k = uses(cell(here(), i, j));
    if (k >= 0) return go({i, j, k});
  }
  return undefined;
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
      if (mine && (touched.has(key) || (view.taken && view.taken.has(row)))) classes.push("band");
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
      if (text.length > 8) classes.push("long");
      button.dataset.exact = exact(value);
    } else {
      delete button.dataset.exact;
    }
    button.className = classes.join(" ");
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute("aria-label", `${entryName(view.id, row, column)}: ${say}`);
  });
}
