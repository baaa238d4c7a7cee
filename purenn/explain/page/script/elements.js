/* How numbers look, and new elements. Every text is set as text (textContent), never as markup. */

// Four significant digits and a true minus.
function show(x) {
  if (Number.isNaN(x)) return "NaN";
  const sign = x < 0 ? "−" : "", size = Math.abs(x);
  if (size === Infinity) return sign + "∞";
  if (size === 0) return "0.000";
  if (size < 0.001 || size >= 9999.5) {
    return sign + size.toExponential(3).replace("e+", "e").replace("e-", "e−");
  }
  return sign + size.toPrecision(4).replace(/\.$/, "");
}

// All digits, as Python writes them.
function exact(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [mantissa, power] = x.toExponential().split("e");
  if (power < -4 || power >= 16) {
    return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  const plain = String(x);
  return plain.includes(".") ? plain : plain + ".0";
}

const sign = (x) => (x < 0 ? "neg" : x > 0 ? "pos" : "zero");

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
