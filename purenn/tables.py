"""Tables and sequences of other libraries (pandas, polars, Arrow, NumPy) as plain lists.

None of them is imported: a table is known by what it offers. A table is rows of numbers
here, its columns in order; what is missing in it is named by row and column.
"""

from __future__ import annotations

from math import isfinite

from purenn.checks import as_real, one_line, short
from purenn.errors import DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "as_list",
    "complaint_about",
    "is_table",
    "named_columns",
    "nested",
    "rows_of_table",
    "variable",
]

TO_LIST = ("tolist", "to_list", "to_pylist")  # of NumPy and pandas; polars; Arrow
NUMBERS = {"bool": bool, "integral": int, "real floating": float, "complex floating": complex}
TIMES = ("datetime", "timedelta")  # in the names of dtypes
MISSING = ("NAType", "NaTType")  # pandas has two more words for None
KINDS: dict[str, str] = {  # what is no data, by what it offers, and the mend
    "toarray": "a sparse matrix; write {name}.toarray()",
    "todense": "a sparse matrix; write {name}.todense()",
    "collect": "a query that has not run; write {name}.collect()",
}


def as_list(data: Any) -> Any:
    """An array or a column of any library as a list; anything else as it is."""
    for method in TO_LIST:
        if hasattr(data, method):
            try:
                return getattr(data, method)()
            except Exception as error:  # of any library: sparse, or without any numbers
                why = one_line(str(error), 100)
                raise DataError(
                    f"a {type(data).__name__} cannot be read as numbers: {why}"
                ) from error
    if hasattr(data, "__array_namespace__"):
        return nested(data, data.__array_namespace__())
    return data


def nested(X: Any, namespace: Any) -> Any:
    """The numbers of an array as lists in lists, by nothing but the array API standard."""
    number = next(kind for name, kind in NUMBERS.items() if namespace.isdtype(X.dtype, name))

    def lists(X: Any) -> Any:
        if X.ndim == 0:
            return number(X)
        return [lists(X[i, ...]) for i in range(X.shape[0])]

    return lists(X)


def variable(name: str) -> str:
    """What a line of code may call it: P of "accuracy: P"."""
    return name.rpartition(": ")[2]


def complaint_about(data: Any, name: str) -> str:
    """Why these are no data, with the mend; '' for what may be."""
    name = variable(name)
    if hasattr(data, "mask") and hasattr(data, "filled"):
        return f"a masked array; write {name}.filled(…) with a number for what is masked"
    if getattr(getattr(data, "dtype", None), "names", None):
        names = ", ".join(map(str, data.dtype.names))
        return f"an array of named fields ({short(names)}); give its columns as rows of numbers"
    if any(word in str(getattr(data, "dtype", "")) for word in TIMES):
        return f"an array of times; make numbers of them: ({name} - start) / a unit of time"
    if any(hasattr(data, method) for method in TO_LIST):
        return ""
    return next((what.format(name=name) for key, what in KINDS.items() if hasattr(data, key)), "")


def is_table(data: Any) -> bool:
    """Whether it is a table of a library."""
    return any(
        all(hasattr(data, name) for name in names)
        for names in (("iloc", "columns"), ("get_columns",), ("to_pydict", "schema"))
    )


def rows_of_table(data: Any, name: str) -> list[list[float]] | None:
    """The rows of a table, all finite numbers; None for what is no table.

    Raises DataError for a missing value and for a column that holds anything but numbers.
    """
    known = None if type(data) is list else named_columns(data)
    if known is None:
        return None
    names, columns = known
    checked = [
        _numbers(column, f"{name}: column {short(label)}")
        for label, column in zip(names, columns, strict=True)
    ]
    return [list(row) for row in zip(*checked, strict=True)]


def named_columns(data: Any) -> tuple[list[Any], list[list[Any]]] | None:
    """The names of a table's columns, and what they hold; None for what is no table."""
    if hasattr(data, "iloc") and hasattr(data, "columns"):  # pandas
        names = list(data.columns)  # which may hold a name twice, so columns go by their number
        return names, [data.iloc[:, j].tolist() for j in range(len(names))]
    if hasattr(data, "get_columns"):  # polars
        return list(data.columns), [as_list(column) for column in data.get_columns()]
    if hasattr(data, "to_pydict") and hasattr(data, "schema"):  # Arrow
        return list(data.schema.names), [as_list(column) for column in data.columns]
    return None


def _numbers(values: list[Any], where: str) -> list[float]:
    """A column as floats."""
    numbers = [float(v) if isinstance(v, bool) else as_real(v) for v in values]
    for i, (number, value) in enumerate(zip(numbers, values, strict=True)):
        if number is not None and isfinite(number):
            continue
        found = f"{where}, row {i} (counted from 0): "
        if value is None or type(value).__name__ in MISSING or number != number:
            raise DataError(f"{found}a missing value; leave the row out, or fill in a number")
        if number is None:
            raise DataError(
                f"{found}{short(value)} ({type(value).__name__}); a number is needed: leave the "
                "column out, or turn it into numbers"
            )
        raise DataError(f"{found}{number}; every entry must be finite")
    return numbers  # type: ignore[return-value]
