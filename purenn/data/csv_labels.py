"""The label column: class names or numbers, and how the two are told apart.

    any label is a word, or a code such as 02139  -> classification
    whole numbers that look like numbers of
        classes (see csv_tasks)                   -> classification
    other numbers                                 -> regression

Where a column looks like both (prices with one word among them), the file is refused: a wrong
guess would train on nonsense without a sound. `task` decides then.

Different text is a different class, shown as it is written: 01 is not 1, nor Yes yes. Spaces
around a label are no part of it, but two labels that differ in them only are refused.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import Any

from purenn.data.csv_numbers import PYTHON, Numerals, is_missing, wrong_cell
from purenn.data.csv_records import LONGEST_LINE
from purenn.data.csv_tasks import are_codes, form, may_be_classes
from purenn.data.messages import guess, listed, option, shown

__all__ = ["FixedLabels", "LabelError", "LabelStore"]

MOST_CLASSES = 10_000
MOST_WORDS = 20  # different ones that may be as many as there are rows


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
        self._codes |= {
            name.strip(): code
            for code, name in enumerate(self._names)
            if name.strip() not in self._codes
        }
        self._targets = array("l")

    def add(self, text: str, line: int) -> None:
        """Keep one label; LabelError if training never saw it."""
        code = self._codes.get(text)
        if code is None:
            code = self._codes.get(text.strip())
        if code is None:
            raise LabelError(self._unknown(text.strip()), line)
        self._targets.append(code)

    def _unknown(self, text: str) -> str:
        """What was found and what is known, with the class that was perhaps meant."""
        what = f"found label {shown(text)}" if text else "found an empty label"
        known = f"{what}, expected one of the {len(self._names)} classes of the training: "
        alike = [name for name in self._names if form(name) == form(text)]
        if alike:
            near = f". It is not {shown(alike[0])}: classes are told apart as they are written"
        else:
            near = guess(text, self._names)
        return known + listed(self._names) + ("." if near.startswith(" ") else "") + near

    def finish(self) -> tuple[list[Any], tuple[str, ...] | None]:
        """The class numbers and the class names."""
        return self._targets.tolist(), self._names

    def notes(self) -> list[str]:
        """Nothing is guessed here."""
        return []


class LabelStore:
    """Labels as they come, each different one kept once; `finish` decides the task."""

    def __init__(self, task: str | None, numerals: Numerals = PYTHON) -> None:
        self._task = task
        self._numerals = numerals
        self._codes: dict[str, int] = {}  # text as in the file -> number in order of appearance
        self._spaced: dict[str, str] = {}  # text without spaces around -> text as in the file
        self._letters = 0  # of all these texts together
        self._targets = array("l")
        self._numbers: array[float] | None = None  # takes over where there are too many texts
        self._word: tuple[int, str] | None = None  # line and text of the first that is no number
        self._missing: tuple[int, str] | None = None  # and of the first NA, ?, nan, ...
        self._alike: tuple[int, str, str] | None = None  # two texts that differ in spaces only
        self._notes: list[str] = []

    def add(self, text: str, line: int) -> None:
        """Keep one label; LabelError if it cannot be one."""
        if self._numbers is not None:
            self._check(text.strip(), line)
            self._numbers.append(self._numerals.value(text))
            return
        code = self._codes.get(text)
        if code is None:
            code = self._new(text, line)
        if self._numbers is None:
            self._targets.append(code)

    def _new(self, text: str, line: int) -> int:
        """The number of a label that was not seen before."""
        name = text.strip()
        self._check(name, line)
        if name != text and name.startswith('"'):
            raise LabelError(f"found {shown(text)}, spaces before a quote; take them away", line)
        other = self._spaced.setdefault(name, text)
        if other != text:
            self._alike = self._alike or (line, text, other)
        self._letters += len(text)
        if self._letters > LONGEST_LINE:
            message = f"the different labels have more than {LONGEST_LINE:,} letters together"
            raise LabelError(f"{message}; is this the label column?", line)
        if len(self._codes) < MOST_CLASSES:
            return self._codes.setdefault(text, len(self._codes))
        if self._word is not None or self._missing is not None or self._task == "classification":
            raise LabelError(
                f"more than {MOST_CLASSES:,} different labels; is this the label column?", line
            )
        values = {code: self._numerals.value(known) for known, code in self._codes.items()}
        self._numbers = array("d", [values[code] for code in self._targets])
        self._numbers.append(self._numerals.value(text))
        return -1

    def _is_number(self, name: str) -> bool:
        return self._numerals.reads(name) and isfinite(self._numerals.value(name))

    def _check(self, name: str, line: int) -> None:
        """Remember words and missing values; LabelError where they cannot be."""
        if self._is_number(name):
            return
        if self._task == "regression" or not name:
            wrong = wrong_cell(name, self._numerals) or "expected a number"
            raise LabelError(wrong.replace("a number;", "a label;"), line)
        if self._numbers is not None:
            raise LabelError(_word_among_numbers(name), line)
        if is_missing(name) or self._numerals.reads(name):
            self._missing = self._missing or (line, name)
        else:
            self._word = self._word or (line, name)

    def finish(self) -> tuple[list[Any], tuple[str, ...] | None]:
        """Class numbers and class names; or floats and None for a regression."""
        if self._numbers is not None:
            return self._numbers.tolist(), None
        task = self._told_task() if self._task is None else self._task
        if task == "regression":
            values = {code: self._numerals.value(text) for text, code in self._codes.items()}
            return [values[code] for code in self._targets], None
        return self._classes()

    def notes(self) -> list[str]:
        """What was told from the labels, once they are finished."""
        return self._notes

    # ---------------------------------------------------------------------- the task

    def _told_task(self) -> str:
        """Classification or regression, by the rule at the top of this file."""
        names = list(self._spaced)
        numbers = [name for name in names if self._is_number(name)]
        if self._word is None:
            return self._task_of_numbers(numbers)
        line, text = self._word
        if numbers and not self._may_be_classes(numbers):
            raise LabelError(_word_among_numbers(text), line)
        if len(names) > MOST_WORDS and 2 * len(names) > len(self._targets):
            raise LabelError(
                f"{len(names):,} different labels in {len(self._targets):,} rows; is this the "
                f"label column? Name it with {option('label', 'its name')}, or force it with "
                f"{option('task', 'classification')}"
            )
        return "classification"

    def _task_of_numbers(self, numbers: list[str]) -> str:
        """The task of labels that are numbers, or missing."""
        if self._missing is not None:
            line, text = self._missing
            if any(map(str.isdecimal, text)):  # 1e999 is no name
                raise LabelError(str(wrong_cell(text, self._numerals)), line)
            if not numbers:
                return "classification"
            raise LabelError(
                f"found {shown(text)} among numbers, expected a number: is the label missing? "
                f"Leave the row out, or pass {option('task', 'classification')} if this is the "
                "name of a class",
                line,
            )
        if not self._may_be_classes(numbers):
            if all(self._numerals.value(text).is_integer() for text in numbers):
                way = option("task", "classification")
                what = "the whole numbers of the label column"
                self._notes.append(f"{what} are taken for values; {way} takes them for classes")
            return "regression"
        many = f"the {len(self._spaced)} different numbers of the label column"
        way = option("task", "regression")
        self._notes.append(f"{many} are taken for classes; {way} takes them for values")
        return "classification"

    def _may_be_classes(self, numbers: list[str]) -> bool:
        """Whether numbers are rather names: codes, or numbers of classes."""
        if are_codes(numbers):
            return True
        rows = Counter(self._targets)
        counts: Counter[float] = Counter()
        for text, code in self._codes.items():
            if self._is_number(text):
                counts[self._numerals.value(text)] += rows.pop(code, 0)
        return may_be_classes(counts, len(self._targets))

    # ------------------------------------------------------------------- the classes

    def _classes(self) -> tuple[list[int], tuple[str, ...]]:
        """Class numbers in the order of the sorted names; numbers sort as numbers."""
        if self._alike is not None:
            line, text, other = self._alike
            message = f"found {shown(text)}, but {shown(other)} before: they differ in spaces only"
            raise LabelError(f"{message}; write both alike", line)
        names = sorted(self._spaced, key=self._order)
        if len(names) < 2:
            raise LabelError(
                f"found one class only, {shown(names[0])} in all {len(self._targets):,} rows, "
                "expected two or more classes"
            )
        self._note_classes(names)
        place = {name: code for code, name in enumerate(names)}
        code_of = {code: place[text.strip()] for text, code in self._codes.items()}
        return [code_of[code] for code in self._targets], tuple(names)

    def _order(self, name: str) -> tuple[float, int, str]:
        """Numbers by their value, then words by their letters."""
        if self._word is None and self._missing is None:
            return self._numerals.value(name), len(name), name
        return 0.0, 0, name

    def _note_classes(self, names: list[str]) -> None:
        """A line for classes that look alike, and for one that looks like a missing value."""
        if self._missing is not None:
            line, text = self._missing
            if is_missing(text):
                self._notes.append(
                    f"{shown(text)} (line {line}) is taken for the name of a class; leave these "
                    "rows out if it says that the label is missing"
                )
        kinds: dict[str, list[str]] = {}
        for name in names:
            kinds.setdefault(form(name, self._numerals), []).append(name)
        for alike in [some for some in kinds.values() if len(some) > 1][:5]:
            self._notes.append(
                f"classes {listed(alike)} differ in case or form only; they are different "
                "classes, write them alike if they should be one"
            )


def _word_among_numbers(text: str) -> str:
    return (
        f"found {shown(text)} in a column of numbers, expected a number; mend the cell, "
        f"or pass {option('task', 'classification')} if each of them names a class"
    )
