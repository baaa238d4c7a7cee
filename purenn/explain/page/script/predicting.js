/* Predicting: a value is typed before it shows. */

function paintGuess(op) {
  $("guess").hidden = !predicting;
  if (!predicting) return;
  $("guess-label").textContent = `Your value for ${entryName(op.output, state.i, state.j)}`;
  if ($("guess").dataset.place !== place()) {
    $("guess").dataset.place = place();
    $("guess-value").value = "";
    $("guess-answer").textContent = "";
  }
}

function predict(on = !predicting) {
  predicting = on;
  answered = null;
  $("predict").setAttribute("aria-pressed", String(on));
  delete $("guess").dataset.place;
  if (on) pause();
  const typing = $("guess").contains(document.activeElement);
  keepingFocus(paint);
  if (on) $("guess-value").focus();
  else if (typing) $("four").focus();
}

// Two digits are enough to say how far off a guess was.
const percent = (x) => (x >= 9999.5 ? show(x) : x >= 99.5 ? String(Math.round(x)) : x.toPrecision(2));

function check(event) {
  event.preventDefault();
  const typed = $("guess-value").value.trim().replace(/[−–]/g, "-").replace(",", ".");
  const guess = typed === "" ? NaN : Number(typed);
  const result = arrays[here().output].rows[state.i][state.j];
  if (answered === place()) return moves.cell(1);
  if (!Number.isFinite(guess)) {
    $("guess-answer").textContent = "Type a number, such as −0.25.";
    return undefined;
  }
  answered = place();
  go({k: LAST});
  const off = Math.abs(guess - result), share = off / Math.max(Math.abs(result), 1e-12);
  const same = show(guess) === show(result);
  const how = same ? "Exact to four digits" : guess * result < 0 ? "Other sign"
    : share <= 0.01 ? "Very close" : share <= 0.05 ? "Close" : "Not yet";
  $("guess-answer").textContent = same ? `${how}: ${show(result)}.`
    : `${how}: it is ${show(result)}, you were off by ${show(off)}` +
      (result === 0 ? "." : ` (${percent(100 * share)} %).`);
  return undefined;
}
