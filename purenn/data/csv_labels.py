"""The label column: class names or numbers, and how the two are told apart.

    any label is a word                              -> classification
    whole numbers, at most 20 different ones,
        and at most half as many as there are rows   -> classification
    other numbers                                    -> regression

Where a column looks like both (prices with one word among them), the file is refused: a wrong
guess would train on nonsense without a sound. `task` decides then.
"""

from array import array
from collections.abc import Sequence
from math import isfinite
from typing import Any

from purenn.data.csv_numbers import is_number, wrong_cell
from purenn.data.csv_records import LONGEST_LINE
from purenn.data.messages import listed, shown

__all__ = ["FixedLabels", "LabelError", "LabelStore"]

MOST_CLASSES = 10_000
MOST_NUMBERED_CLASSES = 20


class LabelError(Exception):
    """A label cannot be used; the reader adds file, line and column. Never leaves this package."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class FixedLabels:
    """Labels of a file that must be among the classes that the training knew."""

    def __init__(self, label_names: Sequence[str]) -> None:
        self._names = tuple(label_names)
        self._codes = {name: code for code, name in enumerate(self._names)}
        self._targets = array("l")

    def add(self, text: str, line: int) -> None:
        """Keep one label; LabelError if training never saw it."""
        text = text.strip()
        code = self._codes.get(text)
        if code is None and is_number(text):
            code = self._codes.get(_plain(text))  # 3.0 is class 3
        if code is None:
            what = f"found label {shown(text)}" if text else "found an empty label"
            known = f"expected one of the {len(self._names)} classes"
            raise LabelError(f"{what}, {known} of the training: {listed(self._names)}", line)
        self._targets.append(code)

    def finish(self) -> tuple[list[Any], tuple[str, ...] | None]:
        """The class numbers and the class names."""
        return self._targets.tolist(), self._names


class LabelStore:
    """Labels as they come, each different one kept once; `finish` decides the task."""

    def __init__(self, task: str | None, doubtful_line: int | None = None) -> None:
        self._task = task
        self._doubtful_line = doubtful_line  # the first one, if it might be a header after all
        self._codes: dict[str, int] = {}  # text -> number in order of appearance
        self._letters = 0  # of all these texts together
        self._targets = array("l")
        self._numbers: array[float] | None = None  # takes over where there are too many texts
        self._word: tuple[int, str] | None = None  # line and text of the first that is no number

    def add(self, text: str, line: int) -> None:
        """Keep one label; LabelError if it cannot be one."""
        text = text.strip()
        if self._numbers is not None:
            self._check(text, line)
            self._numbers.append(float(text))
            return
        code = self._codes.get(text)
        if code is None:
            code = self._new(text, line)
        if self._numbers is None:
            self._targets.append(code)

    def _new(self, text: str, line: int) -> int:
        """The number of a label that was not seen before."""
        self._check(text, line)
        self._letters += len(text)
        if self._letters > LONGEST_LINE:
            message = f"the different labels have more than {LONGEST_LINE:,} letters together"
            raise LabelError(f"{message}; is this the label column?", line)
        if len(self._codes) < MOST_CLASSES:
            return self._codes.setdefault(text, len(self._codes))
        if self._word is not None or self._task == "classification":
            raise LabelError(
                f"more than {MOST_CLASSES:,} different labels; is this the label column?", line
            )
        values = [float(known) for known in self._codes]
        self._numbers = array("d", [values[code] for code in self._targets])
        self._numbers.append(float(text))
        return -1

    def _check(self, text: str, line: int) -> None:
        wrong = wrong_cell(text)
        if wrong is None:
            return
        if self._task == "regression" or is_number(text) or not text:
            raise LabelError(wrong.replace("a number;", "a label;"), line)
        if self._numbers is not None:
            raise LabelError(_word_among_numbers(text), line)
        self._word = self._word or (line, text)

    def finish(self) -> tuple[list[Any], tuple[str, ...] | None]:
        """Class numbers and class names; or floats and None for a regression."""
        if self._numbers is not None:
            return self._numbers.tolist(), None
        task = self._told_task() if self._task is None else self._task
        if task == "regression":
            values = [float(text) for text in self._codes]
            return [values[code] for code in self._targets], None
        return self._classes()

    def _told_task(self) -> str:
        """Classification or regression, by the rule at the top of this file."""
        rows, different = len(self._targets), len(self._codes)
        numbers = [float(text) for text in self._codes if is_number(text)]
        if self._word is None:
            return "classification" if _may_be_classes(numbers, rows) else "regression"
        line, text = self._word
        if line == self._doubtful_line and len(numbers) == different - 1:
            raise LabelError(
                f"found {shown(text)}, but numbers in all other rows; is this line a header? "
                "Pass header=True or header=False",
                line,
            )
        if numbers and not _may_be_classes(numbers, rows):
            raise LabelError(_word_among_numbers(text), line)
        if different > MOST_NUMBERED_CLASSES and 2 * different > rows:
            raise LabelError(
                f"{different:,} different labels in {rows:,} rows; is this the label column? "
                "Name it with label=, or force it with task='classification'"
            )
        return "classification"

    def _classes(self) -> tuple[list[int], tuple[str, ...]]:
        """Class numbers in the order of the sorted names; whole numbers sort as numbers."""
        numeric = self._word is None
        name_of = {text: _plain(text) if numeric else text for text in self._codes}
        names = sorted(set(name_of.values()), key=float if numeric else None)
        if len(names) < 2:
            raise LabelError(
                f"found one class only, {shown(names[0])} in all {len(self._targets):,} rows, "
                "expected two or more classes"
            )
        place = {name: code for code, name in enumerate(names)}
        codes = [place[name] for name in name_of.values()]
        return [codes[code] for code in self._targets], tuple(names)


def _may_be_classes(numbers: Sequence[float], rows: int) -> bool:
    """Few different whole numbers, each met about twice or more (two of them always may)."""
    different = len(set(numbers))
    few = different <= MOST_NUMBERED_CLASSES and (different <= 2 or 2 * different <= rows)
    return few and all(number.is_integer() for number in numbers)


def _word_among_numbers(text: str) -> str:
    return (
        f"found {shown(text)} in a column of numbers, expected a number; mend the cell, "
        "or pass task='classification' if each of them names a class"
    )


def _plain(text: str) -> str:
    """One name for a number, however it is written: 3, 3.0 and +3 are all class '3'."""
    number = float(text)
    if not isfinite(number):
        return text
    return str(int(number)) if number.is_integer() else repr(number)
