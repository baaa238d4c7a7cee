"""Save a trained network with all that its use needs, load it, and go on training it.

    save("xor.json", network)                  # or a Model: names, scaler, loss, run
    model = load("xor.json")                   # on the backend in force, or backend="numpy"
    model.network.predict(X)

The file is one JSON text that a person can read, a row of weights a line:

    {
      "format": "purenn model",
      "version": 2,                            of the format; load takes 1 and 2
      "purenn": "0.1.0",                       that wrote it, for people
      "task": "classification",                or "regression"
      "label_names": ["no", "yes"],            or null, as the next four
      "feature_names": ["a", "b"],             of the inputs
      "target_name": "xor",
      "image_shape": null,                     [rows, columns] where each input is a picture
      "columns": null,                         not in version 1; or what purenn.data's
                                               columns.to_dict() gives: texts and gaps in rows
      "scaler": null,                          what purenn.data's scaler.to_dict() gives
      "target_scaler": null,                   the same, of the targets of a regression
      "loss": {"kind": "BinaryCrossEntropy"},  a class of purenn.losses and its settings, or null
      "seed": 1,                               that the network was drawn from
      "layers": [                              in order: a class and its settings
        {
          "kind": "Dense",
          "inputs": 2,
          "outputs": 1,
          "weights": [
            [0.25],
            [-1.5]
          ],
          "bias": [[0.125]]                    or null
        },
        {"kind": "Sigmoid"}
      ],
      "run": null                              or what resuming a run needs
    }

    {"kind": "Scale", "factor": 2, "parameters": {"s1": [[1, 1]]}}   a layer of a class that was
                                             registered (purenn.register): settings, weights

    "run": {
      "epochs": 5,                             that are finished
      "batch_size": 32,                        or null: all rows at once
      "options": {},                           of the program that trained; any JSON
      "history": {"losses": …, "metrics": …, "validation_losses": …, "validation_metrics": …},
      "random": {"words": [624 numbers], "position": 624, "spare": null},   shuffling goes on here
      "optimizer": …                           what optimizer.state_dict() gives
      "stopping": null                         not in version 1; or of the EarlyStopping:
    }

    "stopping": {
      "patience": 5, "min_delta": 0.0,         its settings
      "best_epoch": 3, "best_loss": 0.25,      so far; null for a loss that was not finite
      "best": null,                            weights, parameter → rows, null for those in
      "last": {"W1": …, "b1": …}               the layers: best to predict, last to go on
    }

A number is written with as many digits as bring every bit of it back. All keys have to
be there, and no others. The same model gives the same text, byte for byte: no dates, no
times. In the history a number that is not finite is null, and comes back as NaN.
"""

from __future__ import annotations

from contextlib import contextmanager

from purenn.backend import get_backend
from purenn.errors import ArgumentError, DataError
from purenn.files import write_atomically
from purenn.storage.model import Model, Run
from purenn.storage.reading import model_of
from purenn.storage.writing import document_of
from purenn.strict_json import LARGEST, check_size, nesting, parsed, read_text, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from purenn.backend import Backend
    from purenn.network import Network

__all__ = ["Model", "Run", "load", "save"]


def save(path: str | os.PathLike[str], model: Model | Network) -> None:
    """Write the model, or a bare network, to a file: as a whole or not at all.

    Whatever is written here, `load` reads. Raises ArgumentError for a layer, a loss or an
    optimizer of a class that is neither purenn's nor registered (see purenn.register), and for
    a path that cannot be written to;
    DataError for weights that are not finite and for parts that do not fit each other.
    An older file under this name is then still whole.
    """
    model = model if isinstance(model, Model) else Model(model)
    with _told_of(f"{path}: the model was not saved"):
        document = document_of(model)
        model_of(document, get_backend("python"))  # or it would be found out when it is too late
    text = text_of(document)
    check_size(text, f"{path}: the model was not saved")
    data = text.encode()
    if len(data) > LARGEST:
        raise DataError(
            f"{path}: the model was not saved: it would take {len(data):,} bytes, "
            f"and the format ends at {LARGEST:,}"
        )
    write_atomically(path, data)


def load(path: str | os.PathLike[str], backend: str | Backend | None = None) -> Model:
    """The model in a file that `save` wrote, on this backend, with every bit of its weights.

    backend  a name or a Backend; None takes the one in force (see purenn.get_backend).
             It need not be the one that the model was saved from.

    Raises DataError for any file that is not exactly such a model, with the place, what
    was found there and what was expected. Nothing in a file is ever run: the classes it
    names are looked up in the tables of purenn's and of what the program has registered.
    """
    chosen = get_backend(backend)
    name, text = read_text(path)
    try:
        data = parsed(text, name)
        with _told_of(name):
            return model_of(data, chosen)
    except RecursionError:
        raise DataError(f"{name}{nesting(text)}") from None


@contextmanager
def _told_of(what: str) -> Iterator[None]:
    """Puts what it is about in front of an error's message."""
    try:
        yield
    except (ArgumentError, DataError) as error:
        raise type(error)(f"{what}: {error}") from error
