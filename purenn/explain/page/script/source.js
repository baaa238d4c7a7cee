/* The library's source, with the line lit that ran. */

const sheets = {};  // file: the element with its lines, made once
function drawSource(op) {
  const {file, line, text} = op.source || {}, box = $("code");
  $("source-title").textContent = file ? `${file}, line ${line}` : "Source";
  if (!file) return box.replaceChildren();
  if (!sheets[file]) {
    const whole = record.sources && record.sources[file];
    const lines = whole ? whole.split("\n") : null;
    sheets[file] = h("ol", {class: "listing"}, ...(lines || [text || ""]).map(
      (each, n) => h("li", {value: lines ? n + 1 : line}, ...coloured(each))));
    sheets[file].dataset.first = lines ? 1 : line;
  }
  if (sheets[file].parentElement !== box) box.replaceChildren(sheets[file]);
  for (const lit of sheets[file].querySelectorAll(".lit")) {
    lit.classList.remove("lit");
    lit.removeAttribute("aria-current");
  }
  const lit = sheets[file].children[line - Number(sheets[file].dataset.first)];
  if (!lit) return undefined;
  lit.classList.add("lit");
  lit.setAttribute("aria-current", "true");
  settle("code", () => {
    box.scrollTop = lit.offsetTop - box.clientHeight / 2 + 16;
    box.scrollLeft = 0;
  });
  return undefined;
}

// What the backend's function means: its definition in the contract, where it has one.
function drawMeaning(op) {
  const {file, line} = op.definition || {}, whole = record.sources && record.sources[file];
  $("meaning-title").hidden = $("meaning").hidden = !whole;
  if (!whole) return;
  $("meaning-title").textContent = `${op.op} means: ${file}, line ${line}`;
  const lines = whole.split("\n"), indent = lines[line - 1].search(/\S/);
  let end = line;
  while (end < lines.length && (lines[end].trim() === "" || lines[end].search(/\S/) > indent)) end++;
  while (lines[end - 1].trim() === "") end--;
  $("meaning").replaceChildren(h("ol", {class: "listing"}, ...lines.slice(line - 1, end).map(
    (each, n) => h("li", {value: line + n}, ...coloured(each.slice(indent))))));
  settle("meaning", () => { $("meaning").scrollTop = $("meaning").scrollLeft = 0; });
}

const KEYWORDS = "def|class|return|if|else|for|in|not|is|None|and|or|import|from|self|True|False|" +
  "raise|with|as|lambda|while|yield|try|except|finally";
const QUOTED = String.raw`"""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const TOKENS = new RegExp(String.raw`(#.*$)|(${QUOTED})|\b(${KEYWORDS})\b`, "g");

// Comments, strings and keywords of one line of Python.
function coloured(line) {
  const parts = [];
  let last = 0;
  for (const match of line.matchAll(TOKENS)) {
    if (match.index > last) parts.push(line.slice(last, match.index));
    parts.push(h("span", {class: match[1] ? "com" : match[2] ? "str" : "word"}, match[0]));
    last = match.index + match[0].length;
  }
  parts.push(line.slice(last) || (parts.length ? "" : " "));
  return parts;
}
