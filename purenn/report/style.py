"""The looks of the page: two sets of colours, and a style sheet that names them only.

Every text colour has a contrast of at least 4.5 to 1 on what lies under it (WCAG 2.2, AA); a
test measures that. Shades of the matrix run from the page's own surface to a full colour.
"""

__all__ = ["DARK", "LIGHT", "NEGATIVE", "POSITIVE", "style_sheet"]

# The two ends of the scale for weights, told apart by every eye; bright enough for both themes.
NEGATIVE, POSITIVE = (59, 130, 246), (234, 88, 12)

LIGHT = {
    "page": "#f7f7f5",
    "surface": "#ffffff",
    "line": "#e3e4e1",
    "axis": "#878e96",
    "ink": "#1b1f24",
    "muted": "#59626c",
    "train": "#1f5fbf",
    "valid": "#b3500b",
    "best": "#59626c",
}
DARK = {
    "page": "#131619",
    "surface": "#1b1f23",
    "line": "#2e343a",
    "axis": "#6f7882",
    "ink": "#e7eaed",
    "muted": "#a2abb5",
    "train": "#7fb2ff",
    "valid": "#f2a25c",
    "best": "#a2abb5",
}

# Background and text of the eight shades: right answers, mistakes.
_LIGHT_RIGHT = (
    "#f2f6fd",
    "#e6effc",
    "#d9e6fa",
    "#c8dbf8",
    "#a9c7f2",
    "#7ea9e8",
    "#2f6bc4",
    "#1d4f9c",
)
_LIGHT_WRONG = (
    "#fdf4ec",
    "#fce6d3",
    "#fad3b2",
    "#f6bb89",
    "#ee9a58",
    "#e07f33",
    "#a84908",
    "#873806",
)
_DARK_RIGHT = (
    "#1d2530",
    "#1e2b3d",
    "#1f324c",
    "#203b5f",
    "#224a80",
    "#255aa3",
    "#7fb2ff",
    "#a8caff",
)
_DARK_WRONG = (
    "#2a221c",
    "#38281b",
    "#48301b",
    "#5c3a1a",
    "#7a4715",
    "#995512",
    "#f2a25c",
    "#f9bf8b",
)

for _theme, _right, _wrong, _dark_text, _light_text in (
    (LIGHT, _LIGHT_RIGHT, _LIGHT_WRONG, "#1b1f24", "#ffffff"),
    (DARK, _DARK_RIGHT, _DARK_WRONG, "#e7eaed", "#131619"),
):
    for _step in range(8):
        _theme[f"r{_step}"], _theme[f"w{_step}"] = _right[_step], _wrong[_step]
        _theme[f"t{_step}"] = _dark_text if _step < 6 else _light_text

_SHEET = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);line-height:1.5;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-size:1rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1160px;margin:0 auto;padding:clamp(1.25rem,4vw,3rem) clamp(1rem,4vw,2.5rem) 3rem}
header p,h1,h2,h3,dl,dd,ul,figure{margin:0;padding:0}
ul{list-style:none}
.kind{color:var(--muted);font-size:.875rem}
h1{font-size:clamp(1.6rem,4vw,2.25rem);line-height:1.2;letter-spacing:-.015em;font-weight:650}
h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.01em;font-weight:650;margin:3rem 0 1rem}
h3{font-size:1rem;font-weight:600;margin:0 0 .75rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;
margin-top:1.75rem}
.tiles>div,.card{background:var(--surface);border:1px solid var(--line);border-radius:10px}
.tiles>div{padding:.85rem 1rem;display:flex;flex-direction:column}
.tiles dt,.facts dt{color:var(--muted);font-size:.8125rem}
.tiles dd{font-size:1.625rem;line-height:1.25;font-weight:600;letter-spacing:-.01em}
.tiles dd.more{font-size:.8125rem;font-weight:400;color:var(--muted);letter-spacing:0;
margin-top:.15rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,13rem),1fr));
gap:.9rem 1.5rem;margin-top:1.5rem}
.facts .long{grid-column:1/-1}
.card{padding:1.1rem 1.25rem;min-width:0}
figcaption,.note{color:var(--muted);font-size:.875rem;max-width:46rem}
figcaption{margin-top:.85rem}
.note{margin:0 0 1rem}
.only{max-width:34rem}
.note.after{margin:1rem 0 0}
.card .note{margin:.75rem 0 0}
.charts,.plots{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr))}
.plots{grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));margin-bottom:1rem}
.plots .chart{max-width:430px}
.pair,.stack{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr)}
.chart{display:block;width:100%;height:auto;max-width:680px;overflow:visible}
.narrow{display:none}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.875rem;margin-bottom:.75rem;
color:var(--ink)}
.charts figcaption{margin-top:0}
.legend li{display:flex;align-items:center;gap:.5rem}
.key{width:28px;height:8px}
svg text{font-size:12px;fill:var(--muted)}
svg text.title{fill:var(--ink);font-weight:600}
svg .x{text-anchor:middle}
svg .y,svg .end{text-anchor:end}
.grid,.axis,.best,.ideal,.curve,.dots{fill:none}
.grid{stroke:var(--line);stroke-width:1}
.axis{stroke:var(--axis);stroke-width:1}
.best{stroke:var(--best);stroke-width:1;stroke-dasharray:2 3}
.ideal{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:6 4}
.dots{stroke:var(--train);stroke-width:4.5;stroke-linecap:round;stroke-opacity:.55}
.dots.few{stroke-width:7;stroke-opacity:.75}
.curve{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.dense{stroke-width:1.25}
.curve.train{stroke:var(--train)}
.curve.valid{stroke:var(--valid);stroke-dasharray:7 5}
circle.train{fill:var(--train)}
circle.valid{fill:var(--valid)}
svg text.label{font-weight:600}
svg text.label.train{fill:var(--train)}
svg text.label.valid{fill:var(--valid)}
svg tspan.value{fill:var(--ink);font-weight:400}
.band rect{fill:transparent}
.band path{stroke:var(--axis);stroke-width:1}
.band path,.band circle{opacity:0;pointer-events:none}
.band:hover path,.band:hover circle{opacity:1}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--muted);font-size:.875rem;padding:.35rem 0;width:fit-content}
details[open] summary{margin-bottom:.5rem}
details .scroll{max-height:26rem;background:var(--surface);border:1px solid var(--line);
border-radius:10px}
.scroll{overflow:auto;max-width:100%}
summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--train);outline-offset:2px}
table{border-collapse:collapse;font-size:.875rem;width:100%}
th,td{padding:.4rem .75rem;text-align:right;font-weight:400;white-space:nowrap}
thead th{color:var(--muted);font-size:.8125rem;vertical-align:bottom}
tbody tr{border-top:1px solid var(--line)}
.word{text-align:left;white-space:normal;max-width:22rem;overflow-wrap:break-word}
details thead th{position:sticky;top:0;background:var(--surface);white-space:normal}
.tag{font-size:.75rem;color:var(--muted);border:1px solid var(--line);border-radius:4px;
padding:0 .3rem;margin-left:.3rem}
.matrix{width:auto;border-collapse:separate;border-spacing:2px}
.matrix td,.matrix th{padding:.3rem .35rem;min-width:2.6rem;text-align:center}
.matrix td{border-radius:3px;height:2.3rem}
.matrix thead td{height:auto;min-width:0}
.matrix th{color:var(--ink);font-weight:600}
.matrix th.over{color:var(--muted);font-weight:400;text-align:left}
.matrix tbody th{text-align:right;position:sticky;left:0;background:var(--surface)}
.matrix th span{display:inline-block;max-width:9rem;overflow:hidden;text-overflow:ellipsis;
vertical-align:bottom}
.matrix.tall thead th:not(.over) span{writing-mode:vertical-rl;transform:rotate(180deg);
max-width:none;max-height:8rem;text-align:left}
.matrix .none{color:var(--muted)}
.matrix .r{font-weight:600}
.matrix .r.none{font-weight:400}
.shades{display:flex;flex-wrap:wrap;gap:.35rem .9rem;margin-top:.6rem;font-size:.8125rem}
.shades li{display:flex;align-items:center;gap:2px;white-space:nowrap}
.shades i{width:1rem;height:1rem;border-radius:3px;border:1px solid var(--line)}
.shades i+i{margin-right:.3rem}
.pixels{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:4px;
border:1px solid var(--line)}
.units{display:grid;grid-template-columns:repeat(auto-fill,minmax(4.75rem,1fr));gap:.75rem}
.units li{max-width:9rem}
.units span{display:block;font-size:.75rem;color:var(--muted);text-align:center;margin-top:.2rem}
.diverging{display:flex;align-items:center;gap:.5rem;margin-bottom:.6rem;max-width:22rem}
.diverging i{flex:1;height:.6rem;border:1px solid var(--line)}
.diverging b{font-weight:400;color:var(--ink)}
.diverging i:first-of-type{background:linear-gradient(to left,transparent,var(--negative))}
.diverging i:last-of-type{background:linear-gradient(to right,transparent,var(--positive))}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:1.25rem 1rem}
.mistakes li{max-width:11rem}
.mistakes dl{margin-top:.4rem;font-size:.8125rem;line-height:1.45}
.mistakes dl div{display:flex;gap:.4rem}
.mistakes dt{color:var(--muted);flex:none;width:2rem}
.mistakes dd{flex:1;display:flex;justify-content:space-between;gap:.3rem;flex-wrap:wrap}
.mistakes dd span,.mistakes div:last-child dd{color:var(--muted)}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--muted);
font-size:.8125rem}
@media (min-width:1080px){.pair{grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);
align-items:start}}
@media (max-width:600px){.wide{display:none}.narrow{display:block}
.card{padding:.9rem .85rem}h2{margin-top:2.25rem}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.tiles dd{font-size:1.375rem}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem 1rem}
.scroll table{font-size:.8125rem}.scroll th,.scroll td{padding:.35rem .3rem}
.scroll thead th{font-size:.75rem}
.scroll .matrix td,.scroll .matrix th{padding:.2rem;min-width:2rem}.matrix td{height:2rem}
.matrix th span{max-width:6.5rem}}
"""

_PRINT = """
@page{margin:14mm}
body{font-size:10pt;background:none}
main{max-width:none;padding:0}
h2,h3{break-after:avoid}
.tiles>div,.chart,tr,.units li,.mistakes li{break-inside:avoid}
.scroll{overflow:visible;max-height:none}
.charts{grid-template-columns:repeat(2,minmax(0,1fr))}
.units{grid-template-columns:repeat(10,1fr)}
.mistakes{grid-template-columns:repeat(5,1fr)}.mistakes dl{font-size:7.5pt}
.charts .card,.plots .card,.pair>.card{break-inside:avoid}
details:not([open]){display:none}
.wide{display:block}.narrow{display:none}
.matrix td,.shades i,.diverging i{-webkit-print-color-adjust:exact;print-color-adjust:exact}
"""


def style_sheet() -> str:
    """Light, dark where the reader's system is, and light again on paper."""
    shades = "".join(
        f".{kind}.s{step}{{background:var(--{kind}{step});color:var(--t{step})}}"
        for kind in "rw"
        for step in range(8)
    )
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)};"
        f"--negative:{_hex(NEGATIVE)};--positive:{_hex(POSITIVE)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
        f"{_SHEET}{shades}\n"
        f"@media print{{:root{{color-scheme:light;{_variables(LIGHT)}}}{_PRINT}}}"
    )


def _hex(colour: tuple[int, int, int]) -> str:
    return f"#{bytes(colour).hex()}"


def _variables(theme: dict[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in theme.items())
