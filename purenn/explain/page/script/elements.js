/* New elements. Every text is set as text (textContent), never as markup. */

// A new element: h("p", {class: "note"}, "text", child). Strings become text nodes.
function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// What measures the page and scrolls it waits for the next frame: then a hundred quick moves cost
// one measurement. The last of each name is done.
const settling = new Map();
function settle(name, act) {
  if (!settling.size) {
    requestAnimationFrame(() => {
      const acts = [...settling.values()];
      settling.clear();
      for (const each of acts) each();
    });
  }
  settling.set(name, act);
}

// A number in running text: four digits in sight, all of them on hover and focus.
const number = (x) => h("span", {class: `n ${sign(x)}`, tabindex: "0", role: "img",
  "aria-label": show(x), "data-exact": exact(x)}, show(x));
