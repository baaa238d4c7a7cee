/* Everything is put to work. This part comes last. */

function aboutNetwork() {
  const {layers = [], loss, optimizer, seed} = record.network || {};
  return [...layers, loss, optimizer, seed === null || seed === undefined ? null : `seed ${seed}`,
    record.backend && `backend ${record.backend}`].filter(Boolean).join(" · ");
}

function start() {
  $("title").textContent = record.title || "A training step";
  $("about").textContent = aboutNetwork();
  $("step").append(...steps.map((_, s) => h("option", {value: s}, String(s))));
  $("step").addEventListener("change", (event) => moves.step(Number(event.target.value) - state.s));
  $("scrub").addEventListener("input", (event) => go({o: Number(event.target.value), i: 0, j: 0, k: 0}));
  for (const button of document.querySelectorAll("[data-move]")) {
    const {move, by} = button.dataset;
    button.addEventListener("click", () => {
      pause();
      (ends[move] || (() => moves[move](Number(by))))();
    });
  }
  $("play").addEventListener("click", play);
  $("predict").addEventListener("click", () => predict());
  $("help").addEventListener("click", help);
  $("print").addEventListener("click", choosePaper);
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => printPaper(button.dataset.print));
  }
  $("guess").addEventListener("submit", check);
  document.addEventListener("keydown", onKey);
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, tip);
  document.addEventListener("focusout", () => { $("tip").hidden = true; });
  document.addEventListener("scroll", () => {  // it goes along with its number
    if (tipped && tipped.isConnected && !$("tip").hidden) tip({target: tipped});
    else $("tip").hidden = true;
  }, true);
  window.addEventListener("hashchange", readAddress);
  window.addEventListener("beforeprint", drawPaper);
  window.addEventListener("afterprint", () => { chosen = "step"; });
  const paper = window.matchMedia("print");
  paper.addEventListener("change", () => { if (paper.matches) drawPaper(); });
  readAddress();
  document.documentElement.dataset.ready = Math.round(performance.now());  // milliseconds
}
start();
