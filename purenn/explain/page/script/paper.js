/* The sheets for the printer: worksheets with blanks, then the same with the answers. */

// What is printed: "op" (where we are), "step" (all its operations) or "all" (every step).
let chosen = "step";

function choosePaper() {
  $("print-box").showModal();
}
function printPaper(what) {
  $("print-box").close();
  chosen = what;
  drawPaper();
  window.print();
}

function drawPaper() {
  const list = chosen === "op" ? [here()] : chosen === "all" ? record.ops : ops();
  // What is left blank, and is then used further down. Of a large result only one entry is
  // asked for, so the next exercise gives it whole.
  const asked = new Set(list.filter((op) => !isLarge(op)).map((op) => op.output));
  $("paper").replaceChildren(sheet(list, asked, false), sheet(list, asked, true));
}

const isLarge = (op) => [...operands(op), op.output].some((id) => Math.max(...shape(id)) > MOST);

function sheet(list, asked, answers) {
  const page = h("section", {class: answers ? "answers" : "worksheet"}, h("header", {},
    h("h1", {}, `${record.title || "A training step"}: ${answers ? "answers" : "worksheet"}`),
    h("p", {class: "network"}, aboutNetwork()), h("p", {}, paperTitle(list)),
    answers ? h("p", {}, "Results to four significant digits.") : h("p", {class: "name"},
      h("span", {}, "Name"), h("span", {}, "Date")),
    answers ? null : h("p", {}, chosen === "op" ? "Fill in the empty cells."
      : "Fill in the empty cells, from the top; what you find is used further down.")));
  let last = -1, number = 0;
  for (const op of list) {
    if (chosen === "all" && op.step !== last) page.append(h("h2", {}, `Training step ${op.step}`));
    last = op.step;
    number++;
    page.append(h("article", {}, h("h3", {}, `${number}. ${op.symbol || op.name}`),
      op.index && op.index !== op.symbol ? h("p", {class: "index"}, op.index) : "",
      isLarge(op) ? oneEntry(op, asked, answers) : wholeMatrices(op, asked, answers),
      answers ? null : h("div", {class: "work"})));
  }
  return page;
}

function paperTitle(list) {
  if (chosen === "op") return `Training step ${state.s}, operation ${list[0].name}.`;
  return chosen === "all" ? `Training steps 0 to ${steps.length - 1}.` : `Training step ${state.s}.`;
}

// ---- an exercise with all entries

function wholeMatrices(op, asked, answers) {
  const row = h("div", {class: "row"});
  for (const id of new Set(operands(op))) {
    row.append(printed(id, arrays[id].name, answers || !asked.has(id)));
  }
  row.append(h("div", {class: "outcome"}, h("span", {class: "glyph"}, "→"),
    printed(op.output, op.name, answers, true)));
  return row;
}

function printed(id, name, filled, strong) {
  const [, n] = shape(id), {kind, rows} = arrays[id], text = show(rows[0][0]);
  if (kind === "number" && !strong && filled) {
    return h("p", {class: "given"}, Number.isNaN(Number(name)) ? `${name} = ${text}` : text);
  }
  const names = rowNames[id], heading = columnNames[id];
  return h("table", {class: [strong && "result", n > 7 && "wide"].filter(Boolean).join(" ") || null},
    h("caption", {}, `${name}  ${shape(id).join(" × ")}`),
    heading ? h("thead", {}, h("tr", {}, names ? h("td", {}) : null,
      ...heading.map((each) => h("th", {}, String(each))))) : null,
    h("tbody", {}, ...rows.map((row, r) => h("tr", {}, names ? h("th", {}, String(names[r])) : null,
      ...row.map((v) => h("td", {}, filled ? show(v) : ""))))));
}

// ---- an exercise with one entry of matrices that are too large for paper

function oneEntry(op, asked, answers) {
  const [i, j] = op === here() ? [state.i, state.j] : [0, 0], list = cell(op, i, j);
  const name = entryName(op.output, i, j), result = arrays[op.output].rows[i][j];
  const terms = list.filter((each) => each.join === "+");
  const after = list.filter((each) => each.join !== "+");
  const largest = [...terms].sort((a, b) => Math.abs(b.v) - Math.abs(a.v)).slice(0, MOST);
  const kept = terms.length > MOST
    ? terms.filter((each) => largest.includes(each) || each.tail) : terms;
  const others = terms.filter((each) => !kept.includes(each));
  const rest = others.reduce((sum, each) => sum + each.v, 0);
  const body = h("tbody", {}), blank = (x) => h("td", {class: "blank"}, answers ? show(x) : "");
  const words = (each, write) => h("td", {}, ...bracketed(F[each.f][1](...each.args.map(write)))
    .map((part) => (part instanceof Element ? part.textContent : part)));
  const given = (arg) => (arg.from ? !asked.has(arg.from[0]) : isPlain(arg));
  let run = 0;
  const line = (each) => {
    run = each.join === "+" ? run + each.v : each.v;
    const ends = each === list[list.length - 1] && !others.length;
    body.append(h("tr", {}, words(each, (arg) => arg.t),
      words(each, (arg) => (answers || given(arg) ? number(arg.v) : "____")),
      blank(each.v), blank(ends ? result : run)));
  };
  kept.forEach(line);
  if (others.length) {
    run += rest;
    body.append(h("tr", {}, h("td", {colspan: 2}, `the other ${others.length} terms add up to`),
      h("td", {}, show(rest)), blank(after.length ? run : result)));
  }
  after.forEach(line);
  return h("div", {}, h("p", {}, "One entry: ", h("b", {}, name),
    others.length ? `, by its largest ${largest.length} terms.` : "."), pictures(op, i, j),
  h("table", {class: "terms"}, h("thead", {}, h("tr", {}, ...["term", "numbers", "value", "so far"]
    .map((each) => h("th", {}, each)))), body),
  h("p", {class: "final"}, `${name} = `, answers ? h("b", {}, show(result)) : "________"));
}

// The row of X and the column of W that an entry of a product needs, where they are pictures.
function pictures(op, i, j) {
  if (op.op !== "linear" || !pictureSize({m: 0, n: shape(op.inputs[0])[1]}).down) return null;
  const [X, W] = op.inputs, n = shape(X)[1], {high, wide} = pictureSize({m: 0, n});
  const picture = (id, name, entry) => {
    const canvas = h("canvas", {width: wide, height: high});
    ink(canvas, high, wide, (y, x) => entry(y * wide + x), largestSize(arrays[id].rows));
    return h("figure", {}, canvas, h("figcaption", {}, name));
  };
  return h("div", {class: "row"},
    picture(X, `${arrays[X].name}, row ${i}${nameOf(rowNames[X], i)}`, (k) => arrays[X].rows[i][k]),
    picture(W, `${arrays[W].name}, column ${j}`, (k) => arrays[W].rows[k][j]));
}
