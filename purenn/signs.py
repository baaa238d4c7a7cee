"""Which signs a terminal can show: names from files are cleaned, mathematics made plainer.

A name may hold anything: an escape sequence that colours the screen or renames the window, a
backspace that hides what stands before it, a mark that turns the direction of reading.
"""

__all__ = ["NO_SIGN", "clean", "columns_of", "plain"]

NO_SIGN = "�"  # stands for what a terminal would obey instead of showing it
# Spaces of other widths, and the joiners that Persian words and many emoji are written with.
HARMLESS = frozenset("\u00a0\u1680\u202f\u205f\u3000\u200c\u200d") | set(
    map(chr, range(0x2000, 0x200B))
)
PLAINER = (
    {"−": "-", "·": "*", "×": "x", "÷": "/", "→": "->", "←": "<-", "′": "'", "…": "...", "›": ">"}
    | {"Σ": "sum ", "σ": "sigmoid", "√": "sqrt ", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!="}
    | {"ₖ": "", "ᵢ": "", "ⱼ": "", "²": "^2", "ᵀ": ".T", "η": "rate", "μ": "mu", "β": "beta"}
    | {NO_SIGN: "?", "–": "-", "\u00a0": " "}
)


def clean(text: object) -> str:
    """A name as a line of a terminal can show it: no control signs, no turned direction."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() or c in HARMLESS else NO_SIGN for c in text])


def plain(text: str, encoding: str) -> str:
    """The text in signs that the encoding has: → as ->, and 猫 as \\u732b, never as a mere ?.

    So two names that differ stay different on every screen.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        signs = "".join([PLAINER.get(sign, sign) for sign in text])
        return signs.encode(encoding, "backslashreplace").decode(encoding)
    return text


def columns_of(text: str) -> int:
    """How many columns of a terminal the text takes."""
    from unicodedata import combining, east_asian_width  # the text of few commands needs it

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
