"""What somebody may have meant by a name that is not there."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nearest", "or_guess", "or_part"]

LONGEST = 100  # comparing takes the product of the lengths

# What other libraries call it, in small letters without "_".
ELSEWHERE = {
    "linear": "Dense",
    "sequential": "Network",
    "model": "Network",
    "mlp": "Network",
    "fit": "train",
    "mse": "MeanSquaredError",
    "mseloss": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "l1loss": "MeanAbsoluteError",
    "bce": "BinaryCrossEntropy",
    "bceloss": "BinaryCrossEntropy",
    "logloss": "BinaryCrossEntropy",
    "nll": "CrossEntropy",
    "categoricalcrossentropy": "CrossEntropy",
    "sparsecategoricalcrossentropy": "CrossEntropy",
    "swish": "SiLU",
    "logistic": "Sigmoid",
    "glorot": "GlorotUniform",
    "xavier": "GlorotUniform",
    "kaiming": "HeNormal",
    "he": "HeNormal",
    "cosine": "CosineDecay",
}
ELSEWHERE_TOO = {  # metrics and backends
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "acc": "accuracy",
    "np": "numpy",
    "pytorch": "torch",
    "lists": "python",
}


def nearest(wrong: str, names: Iterable[str]) -> str | None:
    """The one of the names that is most like this one, large and small letters being equal.

    It is the only one that begins so, or differs in a few letters; None where none is near. A
    name of another library stands for what it is called here.
    """
    if len(wrong) > LONGEST:
        return None
    by_key: dict[str, str] = {}
    for name in sorted(names, key=lambda name: name.islower() != wrong.islower()):
        by_key.setdefault(_key(name), name)
    key = _key(wrong)
    if not key or key in by_key:
        return by_key.get(key)
    for table in (ELSEWHERE, ELSEWHERE_TOO):
        if (known := by_key.get(_key(table.get(key, "")))) is not None:
            return known
    from difflib import get_close_matches  # only a message needs it

    begin = [name for name in by_key if name.startswith(key)]
    near = begin if len(begin) == 1 else get_close_matches(key, by_key, n=1)
    return by_key[near[0]] if near else None


def or_guess(wrong: object, names: Iterable[str], form: str = "; did you mean {!r}?") -> str:
    """The end of a message: the form, filled with the nearest name; nothing where none is near."""
    near = nearest(wrong, names) if isinstance(wrong, str) else None
    return "" if near is None else form.format(near)


def or_part(thing: object, kinds: Iterable[str], *, call: str = "()", home: str = "nn.") -> str:
    """The end of a message about something that is no part: a class not called, or a text."""
    if isinstance(thing, type):
        return f"; write {thing.__name__}{call}"
    return or_guess(thing, kinds, f"; did you mean {home}{{}}?")


def _key(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
