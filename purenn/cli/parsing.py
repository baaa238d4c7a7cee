"""Parsers that say what was meant: the nearest option, command or value, with the right usage."""

from __future__ import annotations

import argparse
import sys

from purenn.checks import short
from purenn.cli.screen import clean, err, out
from purenn.data.messages import guess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

__all__ = ["Parser"]


class Parser(argparse.ArgumentParser):
    """An argument parser that prints through purenn.cli.screen and guesses near names.

    Options are written out: an abbreviation would be a guess that nobody is told of, and
    another option tomorrow. What is close to one is named in the message.
    """

    def __init__(self, *, commands: Iterable[str] = (), **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self.commands = tuple(commands)

    def parse_known_args(  # type: ignore[override]  # of the command, and of the whole line
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """As argparse has it, but nothing is left over: SystemExit with code 2 instead."""
        words = sys.argv[1:] if args is None else list(args)
        self._check_words(words)
        found, left = super().parse_known_args(words, namespace)
        if left:
            self.error(f"unrecognized arguments: {' '.join(map(short, left))}")
        return found, left

    def _check_words(self, words: Sequence[str]) -> None:
        """SystemExit for an option or a command that is not there, before any other complaint."""
        options = self._option_string_actions  # no public way leads to those of groups
        for word in words:
            name = word.partition("=")[0]
            if word == "--" or word in self.commands:
                return
            if _is_option(name) and name not in options:
                mend = guess(name, [known for known in options if known.startswith("--")])
                where = " Options of a command stand after it" if self.commands else ""
                self.error(f"there is no option {short(name)}.{mend or where}")
            if self.commands and not _is_option(name):
                self.error(f"there is no command {short(word)}.{guess(word, self.commands)}")

    # ---------------------------------------------------------------- what argparse calls

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As argparse has it, with a guess."""
        if action.choices is not None and value not in action.choices:
            names = [str(name) for name in action.choices]
            raise argparse.ArgumentError(
                action,
                f"invalid choice: {short(value)} (choose from {', '.join(names)})."
                f"{guess(str(value), names)}",
            )

    def error(self, message: str) -> NoReturn:
        err.write(f"{self.format_usage()}{self.prog}: error: {clean(message)}\n")
        raise SystemExit(2)

    def print_help(self, file: object = None) -> None:
        out.write(self.format_help())

    def _print_message(self, message: str, file: object = None) -> None:
        out.write(message)  # of --version


def _is_option(word: str) -> bool:
    """As argparse sees it: no number below 0, no text with a space in it, not - alone."""
    number = word[1:2].isdecimal() or word[1:2] == "."
    return word.startswith("-") and len(word) > 1 and " " not in word and not number
