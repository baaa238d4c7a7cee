/* The operations of a step as a timeline: from X forward to the loss, and the way back. */

const WAYS = {forward: " →", backward: " ←"};  // beside the heading of a phase

function drawTimeline() {
  const nav = $("timeline");
  nav.replaceChildren();
  nav.dataset.block = "timeline";
  let last = null, list = null;
  ops().forEach((op, o) => {
    const first = !list;
    if (first || last !== op.phase) {  // a phase may come again, after another
      list = h("ol", {});
      nav.append(h("section", {class: op.phase === "backward" ? "back" : null}, h("h2", {},
        PHASES[op.phase] || op.phase, h("span", {"aria-hidden": "true"}, WAYS[op.phase] || "")), list));
    }
    last = op.phase;
    if (first) list.append(...beginning());
    list.append(node(op.name, op.output, o, {"data-op": o, "data-at": op.key,
      title: op.symbol || op.name}));
  });
  // With the button held down, the pipeline itself is scrubbed.
  nav.onpointerover = (event) => {
    const button = event.target.closest("[data-op]");
    if (button && event.buttons === 1) go({o: Number(button.dataset.op), i: 0, j: 0, k: 0});
  };
  $("scrub").max = ops().length - 1;
  $("step").value = state.s;
}

function node(name, id, o, properties) {
  const [m, n] = shape(id);
  return h("li", {}, h("button", {type: "button", ...properties,
    onclick: () => go({o, i: 0, j: 0, k: 0})},
    h("span", {class: "dot", "aria-hidden": "true"}), h("span", {class: "name"}, name),
    h("span", {class: "size"}, `${m} × ${n}`)));
}

// What the step begins with, X; from there it goes to the first operation.
function beginning() {
  const id = ops().flatMap((op) => op.inputs)
    .find((each) => each !== null && arrays[each].kind === "input");
  if (id === undefined) return [];
  const item = node(arrays[id].name, id, 0, {"data-at": "begin", class: "done",
    title: "The step begins with it"});
  item.className = "begin";
  return [item];
}

function paintTimeline() {
  for (const button of $("timeline").querySelectorAll("[data-op]")) {
    const o = Number(button.dataset.op);
    button.className = o < state.o ? "done" : o === state.o ? "current" : "pending";
    if (o !== state.o) { button.removeAttribute("aria-current"); continue; }
    button.setAttribute("aria-current", "step");
    settle("timeline", () => bringIntoView(button));
  }
  $("scrub").value = state.o;
  $("scrub").setAttribute("aria-valuetext", here().name);
}

// Down the pipeline where it stands upright, along it where it lies.
function bringIntoView(button) {
  const strip = $("timeline"), box = strip.parentElement;
  const at = button.getBoundingClientRect(), view = box.getBoundingClientRect();
  if (at.top < view.top + 80 || at.bottom > view.bottom) {
    box.scrollTop += at.top - view.top - view.height / 2;
  }
  if (at.left < view.left || at.right > view.right) {
    strip.scrollLeft += at.left - view.left - view.width / 3;
  }
}
