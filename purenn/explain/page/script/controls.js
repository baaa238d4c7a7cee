/* Keys, playing, the tip with all digits, and focus, which stays where it was. */

function pause() {
  clearInterval(playing);
  playing = 0;
  $("play").setAttribute("aria-pressed", "false");
  $("play").textContent = "Play";
}
function play() {
  if (playing) return pause();
  if (predicting) predict(false);
  $("play").setAttribute("aria-pressed", "true");
  $("play").textContent = "Pause";
  playing = setInterval(() => moves.term(1), 800);
  return undefined;
}
function help() {
  if ($("help-box").open) $("help-box").close();
  else $("help-box").showModal();
}

function onKey(event) {
  const {key, target} = event;
  if (event.altKey || event.metaKey || document.querySelector("dialog[open]")) {
    if (key === "?" && $("help-box").open) { event.preventDefault(); help(); }
    return;
  }
  const typing = target.matches("input[type=text], select, textarea");
  const page = key === "PageUp" || key === "PageDown";
  if (typing && !page) {
    if (key === "Escape" && predicting) predict(false);
    return;
  }
  const plain = !event.ctrlKey && !event.shiftKey;
  if (target.matches("input[type=range]") && /^(Arrow|Home|End|Page)/.test(key) && plain) return;
  let act = null;
  if (key === "ArrowRight" || key === "ArrowLeft") {
    const by = key === "ArrowRight" ? 1 : -1;
    act = () => moves[event.ctrlKey ? "op" : event.shiftKey ? "cell" : "term"](by);
  } else if (page) act = () => moves.step(key === "PageDown" ? 1 : -1);
  else if (key === "Home" && !event.ctrlKey) act = ends.home;
  else if (key === "End" && !event.ctrlKey) act = ends.end;
  else if (key === " ") {
    // On a button that was reached by keyboard, Space presses the button.
    if (target.matches("button:focus-visible:not(.cell), summary")) return;
    act = play;
  } else if ((key === "p" || key === "P") && !event.ctrlKey) act = () => predict();
  else if (key === "?") act = help;
  if (!act) return;
  event.preventDefault();
  if (act !== play) pause();
  act();
}

// All digits of the number under the pointer or in focus.
let tipped = null;  // whose digits they are
function tip(event) {
  const source = event.target && event.target.closest && event.target.closest("[data-exact]");
  tipped = source;
  if (source) tipAt(source.dataset.exact, source.getBoundingClientRect());
  else $("tip").hidden = true;
}
function tipAt(text, it) {
  const box = $("tip");
  box.hidden = false;
  box.textContent = text;
  const width = box.offsetWidth;
  const room = document.documentElement.clientWidth - width - 8;
  const left = clamp(Math.round(it.left + it.width / 2 - width / 2), 8, Math.max(8, room));
  const above = it.top > box.offsetHeight + 16;
  box.style.left = `${left}px`;
  box.style.top = `${above ? it.top - box.offsetHeight - 8 : it.bottom + 8}px`;
}

// ---- focus stays where it was when parts of the page are drawn anew

// A block is an element with data-block; what can be focused in it is known by the block's name
// and its own data-at, or else its place among the others.
const FOCUSABLE = "button, [tabindex='0']";

function focusName(element) {
  const block = element.closest("[data-block]");
  if (!block) return null;
  const inside = [...block.querySelectorAll(FOCUSABLE)];
  return {block: block.dataset.block, at: element.dataset.at, n: inside.indexOf(element)};
}

function focusable({block, at, n}) {
  const element = [...document.querySelectorAll("[data-block]")]
    .find((each) => each.dataset.block === block);
  if (!element) return null;
  const inside = [...element.querySelectorAll(FOCUSABLE)];
  if (at !== undefined) return inside.find((each) => each.dataset.at === at) || null;
  return inside[n] || (n < 0 ? element : null);
}

// Draws, and then gives focus to the same thing in the new drawing, else to what holds it.
function keepingFocus(draw) {
  const held = document.activeElement, home = held && held.closest("#timeline, #board, #extra, #four");
  const name = home && focusName(held);
  draw();
  if (!home || held === home || document.activeElement === held) return;
  const again = name && focusable(name);
  const holder = {timeline: () => $("timeline").querySelector("[aria-current]"), four: () => $("four")};
  (again || (holder[home.id] || (() => $("board")))()).focus({preventScroll: true});
}
