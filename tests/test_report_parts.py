"""The parts of a report: pictures, scales, thinning, text, colours."""

import re
import zlib
from math import log10
from struct import unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn.report.line_chart import Curve, line_chart
from purenn.report.markup import number, percent
from purenn.report.pictures import PALETTE, shrink
from purenn.report.png import Colour, data_uri, encode_png
from purenn.report.scales import epoch_scale, fitting_scale, linear_scale, log_scale, percent_scale
from purenn.report.style import DARK, LIGHT, style_sheet
from purenn.report.thinning import evenly, outline


def decode_png(png: bytes) -> tuple[int, int, bytes, list[Colour]]:
    """Width, height, pixels and palette of a PNG with filter 0."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        (size,) = unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert unpack(">I", png[at + 8 + size : at + 12 + size]) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + size
    assert next(iter(chunks)) == b"IHDR"
    assert list(chunks)[-1] == b"IEND"
    width, height, depth, colours, *rest = unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, rest) == (8, [0, 0, 0])
    assert colours == (3 if b"PLTE" in chunks else 0)
    lines = zlib.decompress(chunks[b"IDAT"])
    rows = [lines[i : i + width + 1] for i in range(0, len(lines), width + 1)]
    assert len(rows) == height
    assert all(row[0] == 0 for row in rows)
    rgb, opacity = chunks.get(b"PLTE", b""), chunks.get(b"tRNS", b"")
    palette = [(*rgb[3 * i : 3 * i + 3], opacity[i]) for i in range(len(opacity))]
    return width, height, b"".join(row[1:] for row in rows), palette


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_a_picture_decodes_to_its_pixels(width: int, height: int, data: st.DataObject) -> None:
    pixels = data.draw(st.binary(min_size=width * height, max_size=width * height))
    assert decode_png(encode_png(pixels, width, height)) == (width, height, pixels, [])


def test_a_picture_with_a_palette_decodes_to_its_colours() -> None:
    pixels = bytes(range(len(PALETTE)))
    assert decode_png(encode_png(pixels, 9, 7, PALETTE)) == (9, 7, pixels, list(PALETTE))
    assert PALETTE[31][3] == 0
    assert PALETTE[0][3] == PALETTE[-1][3] == 255
    with pytest.raises(ValueError, match="63 pixels for 9 × 8"):
        encode_png(pixels, 9, 8, PALETTE)
    assert data_uri(b"abc") == "data:image/png;base64,YWJj"


def test_large_pictures_are_made_smaller() -> None:
    assert shrink([1.0, 2.0], (1, 2)) == ([1.0, 2.0], (1, 2))
    small, shape = shrink([1.0, 3.0, 5.0, 5.0, 7.0, 9.0], (2, 3), side=2)
    assert (small, shape) == ([4.0, 7.0], (1, 2))
    assert shrink([0.5] * 100 * 200, (100, 200)) == ([0.5] * 25 * 50, (25, 50))


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=20))
def test_every_value_has_a_place_on_its_scale(values: list[float]) -> None:
    for scale in (fitting_scale(values), linear_scale(values), percent_scale(values)):
        for value in values:
            if abs(value) < float("inf"):
                assert -0.01 <= scale.place(value) <= 1.01
        assert all(0 <= share <= 1.001 for share, _ in scale.ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_different(low: float, span: float) -> None:
    scale = linear_scale([low, low + span])
    labels = [label for _, label in scale.ticks]
    assert 2 <= len(labels) <= 9
    if span > 1e-6 * abs(low):
        assert len(set(labels)) == len(labels)
    steps = [b - a for (a, _), (b, _) in zip(scale.ticks, scale.ticks[1:], strict=False)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-3)


def test_scales_as_a_person_would_draw_them() -> None:
    assert [label for _, label in linear_scale([0.05, 0.61]).ticks] == [
        "0",
        "0.2",
        "0.4",
        "0.6",
        "0.8",
    ]
    assert [label for _, label in percent_scale([0.82, 0.99]).ticks] == [
        f"{k}\u202f%" for k in (80, 85, 90, 95, 100)
    ]
    assert percent_scale([1.0, 1.0]).place(1.0) == 1.0
    assert [label for _, label in epoch_scale(25).ticks] == ["1", "5", "10", "15", "20", "25"]
    assert [label for _, label in epoch_scale(1).ticks] == ["1"]
    assert epoch_scale(1).place(1) == 0.5
    assert [label for _, label in epoch_scale(3).ticks] == ["1", "2", "3"]
    assert next(label for _, label in log_scale(1e-6, 2.0).ticks) == "10⁻⁶"


@given(st.floats(1e-300, 1e300), st.floats(100.1, 1e6))
def test_a_log_scale_has_ticks(low: float, ratio: float) -> None:
    scale = log_scale(low, low * ratio)
    assert len(scale.ticks) >= 2
    assert scale.place(low) < scale.place(low * ratio)
    assert scale.place(low) == pytest.approx(
        (log10(low) - scale.low) / (scale.high - scale.low), abs=1e-9
    )


@given(st.lists(st.floats(), min_size=1, max_size=300), st.integers(4, 50))
def test_thinning_keeps_the_outline(values: list[float], most: int) -> None:
    kept = outline(values, most)
    assert len(kept) <= most
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, len(values) - 1)
    finite = [v for v in values if abs(v) < float("inf")]
    if finite:
        shown = [values[i] for i in kept if abs(values[i]) < float("inf")]
        assert (min(shown), max(shown)) == (min(finite), max(finite))


@given(st.integers(1, 3000), st.integers(2, 60))
def test_even_steps_keep_the_ends(n: int, most: int) -> None:
    kept = evenly(n, most)
    assert len(kept) <= most
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, n - 1)


@pytest.mark.parametrize("values", [(0.5, 0.5), (0.0, 0.0), (1.0, 0.99), (0.01, 1.0)])
def test_labels_at_the_ends_of_curves_do_not_overlap(values: tuple[float, float]) -> None:
    curves = [Curve("training", [1.0, values[0]]), Curve("validation", [0.0, values[1]])]
    drawn = line_chart("Loss", curves)
    heights = [float(y) for y in re.findall(r'class="label \w+" x="[\d.]+" y="([\d.]+)"', drawn)]
    assert len(heights) == 4
    assert abs(heights[0] - heights[1]) >= 30
    assert all(20 < height < 310 for height in heights)


def test_numbers_for_people() -> None:
    shown = [number(v) for v in (0, 0.12345, -2.5, 12345.6, 1e7, 2.5e-5, float("nan"))]
    assert shown == ["0", "0.1235", "−2.5", "12,346", "1.00×10⁷", "2.50×10⁻⁵", "not finite"]
    shares = [percent(v).replace("\u202f", " ") for v in (0, 1e-9, 0.5, 0.999999, 1)]
    assert shares == ["0.00 %", "0.01 %", "50.00 %", "99.99 %", "100.00 %"]


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read(theme: dict[str, str]) -> None:
    for under in ("page", "surface"):
        for text in ("ink", "muted", "train", "valid"):
            assert contrast(theme[text], theme[under]) >= 4.5, (text, under)
        assert contrast(theme["axis"], theme[under]) >= 3
    for step in range(8):
        for kind in "rw":
            assert contrast(theme[f"t{step}"], theme[f"{kind}{step}"]) >= 4.5, (kind, step)


def test_the_style_sheet_defines_all_it_uses() -> None:
    sheet = style_sheet()
    used = set(re.findall(r"var\(--(\w+)\)", sheet))
    assert used <= {*LIGHT, "negative", "positive"}
    assert set(LIGHT) == set(DARK)
    assert sheet.count("{") == sheet.count("}")
