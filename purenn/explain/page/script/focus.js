/* Focus stays where it was when parts of the page are drawn anew.

   A block is an element with data-block; what can be focused in it is known by the block's name
   and its own data-at, or else its place among the others. */

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
