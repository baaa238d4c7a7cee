"""Single keys from a terminal, as the words of purenn.explain.walking."""

from __future__ import annotations

import re
import sys

__all__ = ["Keys", "decoded"]

WINDOWS = sys.platform == "win32"
SEQUENCES = (
    {"[C": "next", "[D": "back", "OC": "next", "OD": "back"}
    | {"[1;2C": "cell", "[1;2D": "cell-", "[1;5C": "op", "[1;5D": "op-"}
    | {"[6~": "step", "[5~": "step-", "[H": "home", "[F": "end", "OH": "home", "OF": "end"}
    | {"[1~": "home", "[4~": "end", "[7~": "home", "[8~": "end"}
)
LETTERS = (
    {" ": "play", "p": "predict", "P": "predict", "?": "help", "h": "help"}
    | {"q": "quit", "Q": "quit", "\x1b": "quit", "\x04": "quit", "\r": "next", "\n": "next"}
    | {"l": "next", "L": "cell", ">": "op", "<": "op-", "H": "cell-"}
)
PRESSED = re.compile(r"\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Z])|.", re.DOTALL)
# After "\xe0" or "\0"; Windows gives no Shift with the arrows, so L and H move by entries.
WINDOWS_CODES = {"M": "next", "K": "back", "t": "op", "s": "op-"} | {
    "Q": "step",
    "I": "step-",
    "G": "home",
    "O": "end",
}


def decoded(text: str) -> str:
    """The word of what a terminal sends for a key, or ""."""
    if len(text) > 1 and text[0] == "\x1b":
        return SEQUENCES.get(text[1:], "")
    if text == "\x03":
        raise KeyboardInterrupt
    return LETTERS.get(text, "")


class Keys:
    """`with Keys() as keys:` the terminal hands keys over one by one, unseen.

    key(seconds)  waits so long for a key (None: for ever); its word, or "" if none came
    line()        a whole line, with all that the terminal does for typing
    """

    def __init__(self) -> None:
        self.waiting: list[str] = []  # of several keys that came at once

    def __enter__(self) -> Keys:
        if not WINDOWS:
            import termios

            self.before = termios.tcgetattr(sys.stdin.fileno())
            self._single_keys()
        return self

    def __exit__(self, *exception: object) -> None:
        self._whole_lines()

    def key(self, seconds: float | None) -> str:
        if WINDOWS:
            return _read_windows(seconds)
        self.waiting = self.waiting or _read_unix(sys.stdin.fileno(), seconds)
        return self.waiting.pop(0) if self.waiting else ""

    def line(self) -> str:
        self._whole_lines()
        try:
            return sys.stdin.readline().strip()
        finally:
            self._single_keys()

    def _single_keys(self) -> None:
        if not WINDOWS:
            import termios
            import tty

            tty.setcbreak(sys.stdin.fileno(), termios.TCSADRAIN)

    def _whole_lines(self) -> None:
        if not WINDOWS:
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self.before)


def _read_unix(number: int, seconds: float | None) -> list[str]:
    """The words of all keys that have been pressed; a key held down sends many at once."""
    import os
    import select

    if not select.select([number], [], [], seconds)[0]:
        return []
    text = os.read(number, 1024).decode(errors="replace")
    return [decoded(key) or "unknown" for key in PRESSED.findall(text)]


def _read_windows(seconds: float | None) -> str:  # pragma: no cover (another system)
    import msvcrt
    import time

    end = None if seconds is None else time.monotonic() + seconds
    while not msvcrt.kbhit():  # type: ignore[attr-defined, unused-ignore]
        if end is not None and time.monotonic() > end:
            return ""
        time.sleep(0.02)
    key: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
    if key in "\xe0\0":
        code: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
        return WINDOWS_CODES.get(code, "unknown")
    return decoded(key) or "unknown"
