/* Where we are, how to go elsewhere, and the address that names the place. */

const state = {s: 0, o: 0, i: 0, j: 0, k: 0};  // step, operation, row, column, term
let predicting = false, answered = null, playing = 0;

const ops = () => steps[state.s];
const here = () => steps[state.s][state.o];
const terms = () => cell(here(), state.i, state.j);
const finished = () => state.k === terms().length - 1;
const hidden = () => predicting && answered !== place();
const place = () => `s=${state.s}&op=${encodeURIComponent(here().key)}&i=${state.i}&j=${state.j}`;
const clamp = (x, low, high) => Math.min(Math.max(Number.isInteger(x) ? x : low, low), high);

function go(change, quiet) {
  const before = {s: state.s, o: state.o};
  Object.assign(state, change);
  state.s = clamp(state.s, 0, steps.length - 1);
  state.o = clamp(state.o, 0, ops().length - 1);
  const [m, n] = shape(here().output);
  state.i = clamp(state.i, 0, m - 1);
  state.j = clamp(state.j, 0, n - 1);
  state.k = clamp(state.k, 0, terms().length - 1);
  keepingFocus(() => {
    if (before.s !== state.s || !drawn) drawTimeline();
    if (before.s !== state.s || before.o !== state.o || !drawn) drawOperation();
    if (before.s !== state.s || before.o !== state.o || !drawn) paintTimeline();
    drawn = true;
    paint();
  });
  if (quiet) return;
  notice("");
  writeAddress();
}
let drawn = false;

const LAST = Number.MAX_SAFE_INTEGER;
const ends = {
  home: () => go({s: 0, o: 0, i: 0, j: 0, k: 0}),
  end: () => go({s: LAST, o: LAST, i: LAST, j: LAST, k: LAST}),
};
const moves = {
  term(by) {
    const k = state.k + by;
    if (k >= 0 && k < terms().length) return go({k});
    return toCell(by, by > 0 ? 0 : LAST);
  },
  cell: (by) => (by > 0 && !finished() ? go({k: LAST}) : toCell(by, LAST)),
  op(by) {
    const o = state.o + by;
    if (o >= 0 && o < ops().length) return go({o, i: 0, j: 0, k: 0});
    const s = state.s + by;
    if (s < 0 || s >= steps.length) return by > 0 ? ends.end() : go({i: 0, j: 0, k: 0});
    return go({s, o: by > 0 ? 0 : LAST, i: 0, j: 0, k: 0});
  },
  step(by) {
    const s = state.s + by;
    if (s < 0 || s >= steps.length) return undefined;
    let same = steps[s].findIndex((op) => op.key === here().key);
    const beside = steps[s][state.o];  // names that are counted on differ from step to step
    if (same < 0 && beside && beside.op === here().op) same = state.o;
    return go({s, o: Math.max(same, 0), i: same < 0 ? 0 : state.i, j: same < 0 ? 0 : state.j,
      k: same < 0 ? 0 : state.k});
  },
};

// The next or previous cell; over the edge of an operation into the one beside it.
function toCell(by, k) {
  const [m, n] = shape(here().output), to = state.i * n + state.j + by;
  if (to >= 0 && to < m * n) return go({i: Math.floor(to / n), j: to % n, k});
  let s = state.s, o = state.o + by;
  if (o < 0 || o >= ops().length) {
    s += by;
    if (s < 0 || s >= steps.length) { pause(); return undefined; }
    o = by > 0 ? 0 : LAST;
  }
  return go({s, o, i: by > 0 ? 0 : LAST, j: by > 0 ? 0 : LAST, k});
}

function writeAddress() {
  const address = `#${place()}&k=${state.k}`;
  if (address === location.hash) return;
  try {
    history.replaceState(null, "", address);
  } catch (refused) {
    location.replace(address);
  }
}
function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1)), whole = (name) => {
    const text = given.get(name);
    return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 0;
  };
  const s = clamp(whole("s"), 0, steps.length - 1), key = given.get("op");
  notice("");
  let o = 0;
  if (key !== null) {
    o = steps[s].findIndex((op) => op.key === key);
    if (o < 0) {
      notice(`Step ${s} has no operation ${key}. It has: ${steps[s].map((op) => op.key).join(", ")}.`);
      o = 0;
    }
  }
  go({s, o, i: whole("i"), j: whole("j"), k: whole("k")}, true);
  writeAddress();  // of the place that there is, if another was asked for
}
function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}
