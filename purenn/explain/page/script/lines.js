/* The four lines of the current cell: symbols, indices, numbers, result. */

const LINES = ["symbols", "indices", "numbers", "result"];  // rows 1 to 4 of the grid
const FIRST = 4;  // column of the first term: before it stand the line's name, the left side, =

function paintLines(op, list) {
  const four = $("four"), shown = around(list.length, state.k), {left, sign, sum, tail} = symbols(op, list);
  four.replaceChildren();
  LINES.forEach((name, n) => put(n + 1, 1, "tag", {}, name));
  put(1, 2, "lhs", {}, left);
  put(2, 2, "lhs", {}, entryName(op.output, state.i, state.j));
  [sign, "=", "=", "="].forEach((mark, n) => put(n + 1, 3, "sep", {}, mark));
  shown.forEach((k, n) => {  // a term, and before it the sign that joins it to the last one
    const column = FIRST + 2 * n;
    if (n) putSign(column - 1, k === null || shown[n - 1] === null || list[k].join === "+" ? "+" : "→");
    if (k === null) for (const row of [2, 3, 4]) put(row, column, "gap", {}, "…");
    else putTerm(column, list[k], k, list.length > 1);
  });
  const end = FIRST + 2 * shown.length - 1;
  if (tail) {  // the bias has a column of its own
    put(1, end - 2, "sep", {}, "+");
    put(1, end - 1, "part", {}, tail);
  }
  put(1, `${FIRST} / ${tail ? end - 2 : end}`, "part", {}, sum);
  put(4, end, "sep", {}, "=");
  put(4, end + 1, "total", {id: "total", "data-block": "total"},
    finished() && !hidden() ? number(arrays[op.output].rows[state.i][state.j]) : unknown());
  settle("four", followTerm);
}

function put(row, column, kind, properties, ...children) {
  $("four").append(h("span",
    {class: kind, style: `grid-row:${row};grid-column:${column}`, ...properties}, ...children));
}
const unknown = () => h("span", {class: "n pending"}, hidden() ? "?" : "·");

// The symbols' line in parts: Z1 | = | X @ W1 | b1, or W1 | ← | W1 − 0.1 · dW1 | "".
function symbols(op, list) {
  const symbol = op.symbol || op.name, cut = symbol.search(/[=←]/);
  const [left, sign] = cut > 0 ? [symbol.slice(0, cut).trim(), symbol[cut]] : [op.name, "="];
  const right = cut > 0 ? symbol.slice(cut + 1).trim() : symbol;
  const plus = list.length > 1 && list[list.length - 1].tail ? right.lastIndexOf(" + ") : -1;
  return {left, sign, sum: plus > 0 ? right.slice(0, plus) : right, tail: plus > 0 ? right.slice(plus + 3) : ""};
}

function putSign(column, mark) {
  const mute = {"aria-hidden": mark === "→" ? "true" : null};
  for (const row of [2, 3, 4]) put(row, column, "sep", mute, mark);
}

// One column a term: its indices, its numbers, its value and the running sum.
function putTerm(column, each, k, several) {
  const when = k === state.k ? " now" : k < state.k ? " past" : " next", known = k <= state.k && !hidden();
  const pick = {"data-k": k, onclick: () => go({k})};
  const write = (...all) => bracketed(F[each.f][1](...all));
  const numeral = (arg) => (hidden() && !arg.from && !isPlain(arg) ? "?" : number(arg.v));
  put(2, column, `term${when}`, pick, ...write(...each.args.map((arg) => arg.t)));
  put(3, column, `term${when}`,
    {...pick, "data-block": `numbers ${k}`, "data-f": each.f, "data-join": each.join},
    ...write(...each.args.map(numeral)));
  put(4, column, `term value${when}`, {...pick, "data-block": `result ${k}`, "data-value": k},
    known ? number(each.v) : unknown(),
    each.join === "+" && several ? h("span", {class: "run"},
      h("span", {class: "sigma"}, "Σ"), known ? number(each.run) : unknown()) : null,
    each.say ? h("small", {}, each.say) : null);
}

// The current term is brought into view where the lines are wider than the page.
function followTerm() {
  const four = $("four"), now = four.querySelector(".term.now");
  if (!now) return;
  const box = four.getBoundingClientRect(), it = now.getBoundingClientRect();
  if (it.left < box.left + 96 || it.right > box.right - 16) {
    four.scrollLeft += it.left - box.left - box.width / 3;
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
