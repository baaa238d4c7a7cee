/* The four lines of the current cell: symbols, indices, numbers, result. */

// One column a term: its symbols, its indices, its numbers, its value and the running sum.
function paintLines(op, list) {
  const four = $("four"), secret = hidden(), shown = around(list.length, state.k);
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
      const mute = {"aria-hidden": mark === "→" ? "true" : null};
      for (const row of [2, 3, 4]) put(row, column, "sep", mute, mark);
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
    put(3, column, `term${when}`,
      {...pick, "data-block": `numbers ${k}`, "data-f": each.f, "data-join": each.join},
      ...write(...each.args.map((arg) => secret && !arg.from && !isPlain(arg) ? "?" : number(arg.v))));
    const known = k <= state.k && !secret;
    const unknown = () => h("span", {class: "n pending"}, secret ? "?" : "·");
    put(4, column, `term value${when}`, {...pick, "data-block": `result ${k}`, "data-value": k},
      known ? number(each.v) : unknown(),
      each.join === "+" && list.length > 1 ? h("span", {class: "run"},
        h("span", {class: "sigma"}, "Σ"), known ? number(each.run) : unknown()) : null,
      each.say ? h("small", {}, each.say) : null);
    if (last && tail > 0) put(1, column, "part", {}, right.slice(tail + 3));
    column++;
  });
  const wide = tail > 0 && shown.length > 1 ? column - 2 : column;
  put(1, `${first} / ${wide}`, "part", {}, tail > 0 ? right.slice(0, tail) : right);
  const ready = finished() && !secret;
  put(4, column, "sep", {}, "=");
  put(4, column + 1, "total", {id: "total", "data-block": "total"}, ready
    ? number(arrays[op.output].rows[state.i][state.j])
    : h("span", {class: "n pending"}, secret ? "?" : "·"));
  settle("four", () => {
    const now = four.querySelector(".term.now");
    if (!now) return;
    const box = four.getBoundingClientRect(), it = now.getBoundingClientRect();
    if (it.left < box.left + 96 || it.right > box.right - 16) {
      four.scrollLeft += it.left - box.left - box.width / 3;
    }
  });
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
