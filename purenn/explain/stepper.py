"""`purenn explain --step`: walk through a record with keys, or with words a line in a pipe."""

from __future__ import annotations

import sys

from purenn.explain.keys import Keys
from purenn.explain.terminal import show_cell, show_op
from purenn.explain.walking import HELP, WORDS, Walk, guessed, number_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from purenn.explain.screen import Screen

__all__ = ["walk_through"]

PACE = 0.8  # seconds a term, while it plays
CLEAR = "\x1b[2J\x1b[H"


def walk_through(walk: Walk, screen: Screen) -> None:
    """Until the reader has seen enough (quit, or the end of the input)."""
    if screen.terminal and sys.stdin is not None and sys.stdin.isatty():
        _with_keys(walk, screen)
    else:
        _with_lines(walk, screen)


def _lines() -> Iterator[str]:
    """Of standard input: none where there is none, and no word where the bytes are no text."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    yield from sys.stdin or ()


def _show(walk: Walk, screen: Screen, message: str = "", hide: bool = False) -> None:
    cell = walk.cell
    upto = walk.length if hide else walk.k
    show_op(walk.record, walk.op, screen, cell, walk.pending(hide))
    show_cell(walk.record, cell, screen, upto, hide)
    if message:
        screen.line()
        screen.paragraph(message)


# ----------------------------------------------------------------------------- lines


def _with_lines(walk: Walk, screen: Screen) -> None:
    """A word a line; an empty line is `next`, `predict 0.5` a guess."""
    _show(walk, screen)
    for line in _lines():
        word, _, rest = line.strip().partition(" ")
        word = word or "next"
        screen.line()
        if word == "quit":
            return
        if word == "help":
            for text in HELP:
                screen.line(text)
        elif word == "predict":
            if number_in(rest) is not None:
                walk.k = walk.length
            screen.paragraph(guessed(rest.strip(), walk.cell.result))
        elif word == "play":
            screen.paragraph("play needs a terminal; `next` goes on by one term")
        elif word not in WORDS:
            screen.paragraph(f"unknown word {word!r}; there are {', '.join(WORDS)}")
        else:
            moved = walk.move(word)
            _show(walk, screen, "" if moved else "there is nothing further that way")


# ------------------------------------------------------------------------------ keys


def _with_keys(walk: Walk, screen: Screen) -> None:
    """A key a move; Space plays until the next key."""
    playing, message = False, "? lists the keys, Q leaves"
    with Keys() as keys:
        while True:
            screen.stream.write(CLEAR)
            _show(walk, screen, message)
            screen.stream.flush()
            word = keys.key(PACE if playing else None)
            if word == "quit":
                return
            if not word:
                playing, message = walk.move("next"), ""
                continue
            playing = word == "play" and not playing
            message = _done(word, walk, screen, keys)


def _done(word: str, walk: Walk, screen: Screen, keys: Keys) -> str:
    """Do what a key asks for; gives what there is to say about it."""
    if word == "help":
        return _help(screen, keys)
    if word == "predict":
        return _predict(walk, screen, keys)
    moves = word in WORDS and word != "play"
    return "there is nothing further that way" if moves and not walk.move(word) else ""


def _help(screen: Screen, keys: Keys) -> str:
    screen.stream.write(CLEAR)
    for text in HELP:
        screen.line(text)
    _ask(screen, keys, "Enter goes on. ")
    return ""


def _predict(walk: Walk, screen: Screen, keys: Keys) -> str:
    """Ask for the value before it shows; says how close the guess was."""
    screen.stream.write(CLEAR)
    _show(walk, screen, hide=True)
    text = _ask(screen, keys, f"{walk.op.name}[{walk.i},{walk.j}] = ? ")
    if number_in(text) is not None:  # else nothing is given away
        walk.k = walk.length
    return guessed(text, walk.cell.result)


def _ask(screen: Screen, keys: Keys, question: str) -> str:
    screen.line()
    screen.stream.write(question)
    screen.stream.flush()
    return keys.line()
