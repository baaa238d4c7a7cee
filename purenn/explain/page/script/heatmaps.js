/* Matrices too large for numbers: heat maps, or pictures where a row or a column is one.

   A view has one sheet, or one a picture. A cursor lies over the current number: one stop of the
   Tab key, and the arrow keys lead it to every other number. */

const COLD = [59, 130, 246], WARM = [234, 88, 12];

function pictureSize({m, n}) {
  const [high, wide] = record.image_shape || (m === 784 || n === 784 ? [28, 28] : [0, 0]);
  const pixels = high * wide;
  return {high, wide, down: pixels > 0 && n === pixels, along: pixels > 0 && m === pixels};
}

function heatBody(view) {
  const {high, wide, down, along} = pictureSize(view);
  const body = h("div", {class: "heat", role: "group"});
  view.way = down ? "down" : along ? "along" : "one";
  [view.high, view.wide] = down || along ? [high, wide] : [view.m, view.n];
  if (down || along) body.classList.add("pictures", view.way);
  const side = (n) => (n <= MOST ? n * 24 : Math.max(192, Math.min(320, n * 12)));
  const style = down || along ? null : `width:min(${side(view.n)}px, 70vw);height:${side(view.m)}px`;
  const names = (view.turn ? !down : down) ? rowNames[view.id] : columnNames[view.id];
  view.sheets = range(down ? view.m : along ? view.n : 1).map((number) => {
    const canvas = h("canvas", {width: view.wide, height: view.high, "aria-hidden": "true"});
    const over = h("div", {class: "over"});
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const y = clamp(Math.floor((event.clientY - box.top) / box.height * view.high), 0, view.high - 1);
      const x = clamp(Math.floor((event.clientX - box.left) / box.width * view.wide), 0, view.wide - 1);
      return entryAt(view, number, y, x);
    };
    canvas.addEventListener("click", (event) => pick(view, ...place(event)));
    canvas.addEventListener("pointermove", (event) => tipAt(inWords(view, ...place(event)).all,
      {left: event.clientX, top: event.clientY - 8, width: 0, bottom: event.clientY + 24}));
    canvas.addEventListener("pointerleave", () => { $("tip").hidden = true; });
    const el = h("div", {class: "sheet", style}, canvas, over);
    if (view.way !== "one") {
      el.setAttribute("role", "img");
      el.setAttribute("aria-label", `${down ? "row" : "column"} ${number}${nameOf(names, number)}`);
    }
    body.append(el);
    return {canvas, over, el};
  });
  view.cursor = h("button", {type: "button", class: "cursor", "data-at": "cursor",
    onclick: () => pick(view, ...view.at), onkeydown: (event) => onCursorKey(view, event)});
  body.append(view.cursor);
  return body;
}

// Which entry stands on a sheet at row y and column x, and where a given entry stands.
function entryAt({way, wide}, sheet, y, x) {
  return way === "down" ? [sheet, y * wide + x] : way === "along" ? [y * wide + x, sheet] : [y, x];
}
function placeOf({way, wide}, r, c) {
  if (way === "down") return [r, Math.floor(c / wide), c % wide];
  return way === "along" ? [c, Math.floor(r / wide), r % wide] : [0, r, c];
}

// An entry with its name: with four digits for the ear, with all of them for the tip.
function inWords(view, r, c) {
  const [row, column] = view.from(r, c), name = entryName(view.id, row, column);
  const secret = hidden() && r === state.i && c === state.j;
  if (view.role === "out" && (secret || r * view.n + c > view.done)) {
    const words = `${name}: ${secret ? "to be computed now" : "still to come"}`;
    return {short: words, all: words};
  }
  const value = arrays[view.id].rows[row][column];
  return {short: `${name}: ${show(value)}`, all: `${name}: ${exact(value)}`};
}

// ---- the cursor

function onCursorKey(view, event) {
  const by = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
  if (!by || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();  // these keys move the cursor here, not the term
  pause();
  const [sheet, y, x] = placeOf(view, ...view.at), {high, wide, sheets} = view;
  // Pictures hang together: over the edge of one lies the next.
  const tall = view.way === "down" ? sheets.length * high : high;
  const across = view.way === "along" ? sheets.length * wide : wide;
  const Y = clamp((view.way === "down" ? sheet * high + y : y) + by[0], 0, tall - 1);
  const X = clamp((view.way === "along" ? sheet * wide + x : x) + by[1], 0, across - 1);
  const next = view.way === "down" ? Math.floor(Y / high) : Math.floor(X / wide);
  setCursor(view, ...entryAt(view, next, Y % high, X % wide));
  view.cursor.scrollIntoView({block: "nearest", inline: "nearest"});
  tip({target: view.cursor});
  $("live").textContent = inWords(view, ...view.at).short;
}

function setCursor(view, r, c) {
  const [sheet, y, x] = placeOf(view, r, c), {high, wide, sheets, cursor} = view;
  const down = view.way === "down" ? sheets.length : 1;
  const along = view.way === "along" ? sheets.length : 1;
  const words = inWords(view, r, c);
  view.at = [r, c];
  cursor.style.top = `${100 * ((down > 1 ? sheet * high : 0) + y + 0.5) / (down * high)}%`;
  cursor.style.left = `${100 * ((along > 1 ? sheet * wide : 0) + x + 0.5) / (along * wide)}%`;
  cursor.setAttribute("aria-label", words.short);
  cursor.dataset.exact = words.all;
}

// ---- the picture

// One picture: blue below zero, orange above, the strongest colour for the largest size.
function ink(canvas, high, wide, value, top) {
  const context = canvas.getContext("2d"), image = context.createImageData(wide, high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const v = value(y, x), p = 4 * (y * wide + x);
      if (v === null) continue;
      image.data.set(v < 0 ? COLD : WARM, p);
      image.data[p + 3] = top ? Math.round(255 * Math.min(Math.abs(v) / top, 1)) : 0;
    }
  }
  context.putImageData(image, 0, 0);
}

function largestSize(rows) {
  let top = 0;
  for (const row of rows) for (const v of row) top = Math.max(top, Math.abs(v));
  return top;
}

function paintHeat(view, touched, hot, done) {
  const {id, role, high, wide, sheets} = view, rows = arrays[id].rows, out = role === "out";
  view.done = done;
  view.body.setAttribute("aria-label", `${view.name}, ${view.m} by ${view.n}, as ${
    view.way === "one" ? "a heat map" : "pictures"}`);
  if (out || !view.painted) {
    view.painted = view.painted || largestSize(rows);
    sheets.forEach(({canvas}, number) => ink(canvas, high, wide, (y, x) => {
      const [r, c] = entryAt(view, number, y, x), [row, column] = view.from(r, c);
      const known = !out || r * view.n + c <= done - (hidden() ? 1 : 0);
      return known ? rows[row][column] : null;
    }, view.painted));
  }
  const places = (keys) => [...keys].map((key) => key.split(",").map(Number))
    .filter((key) => key[0] === id).map(([, row, column]) => view.to(row, column));
  for (const {over, el} of sheets) { over.replaceChildren(); el.classList.remove("band"); }
  const mark = (kind, r, c, bottom = r, right = c) => {
    const [sheet, y, x] = placeOf(view, r, c), share = (part, all) => `${100 * part / all}%`;
    sheets[sheet].over.append(h("i", {class: kind, style:
      `left:${share(x, wide)};top:${share(y, high)};` +
      `width:${share(right - c + 1, wide)};height:${share(bottom - r + 1, high)}`}));
  };
  if (out) {
    mark("mark current", state.i, state.j);
    setCursor(view, state.i, state.j);
    return;
  }
  const now = places(hot), band = places(touched);
  for (const row of view.taken || []) {
    if (view.way === "down") sheets[row].el.classList.add("band");
    else if (view.way === "one") mark("frame", row, 0, row, view.n - 1);
  }
  if (view.way !== "one") {
    for (const [r, c] of band) sheets[placeOf(view, r, c)[0]].el.classList.add("band");
  } else if (band.length > 1) {  // what the cell needs is framed together
    const [r, c] = [0, 1].map((n) => Math.min(...band.map((each) => each[n])));
    mark("frame", r, c, ...[0, 1].map((n) => Math.max(...band.map((each) => each[n]))));
  }
  for (const [r, c] of now) mark("mark", r, c);
  setCursor(view, ...(now[0] || band[0] || view.at || [0, 0]));
}
