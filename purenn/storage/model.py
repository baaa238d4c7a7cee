"""A model: a network, and what people need to know to use it on new data or to train on."""

from __future__ import annotations

from purenn.activations import Sigmoid, Softmax
from purenn.callbacks import EarlyStopping
from purenn.checks import check_label_names, short
from purenn.errors import ArgumentError
from purenn.inputs import as_names
from purenn.network import Network
from purenn.storage.answers import check_shares, inputs_of, names_of, outputs_of
from purenn.training import History

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from purenn.data import Scaler
    from purenn.data.columns import Columns
    from purenn.losses import Loss
    from purenn.optimizers import Optimizer

__all__ = ["Model", "Run"]


class Run:
    """How far a training run has come: with it the next process goes on as if never stopped.

    optimizer   with its state, for the parameters of the model's network
    batch_size  rows a step, or None for all
    history     what was measured so far, for `train(..., history=…)`
    stopping    the EarlyStopping that watches the run, for `train(..., callbacks=[…])`: the
                network has the best weights, this knows the last ones, to go on from
    options     what the program that trains wants to find again: plain data, as in JSON

    The state of the generator that shuffles is the network's: `network.random`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        *,
        batch_size: int | None = None,
        history: History | None = None,
        options: dict[str, Any] | None = None,
        stopping: EarlyStopping | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.history = History() if history is None else history
        if not isinstance(self.history, History):
            raise ArgumentError(f"history is {short(history)}, must be a History, or None")
        if stopping is not None and not isinstance(stopping, EarlyStopping):
            raise ArgumentError(f"stopping is {short(stopping)}, must be an EarlyStopping, or None")
        self.batch_size = batch_size
        self.options: dict[str, Any] = {} if options is None else options
        self.stopping = stopping

    @property
    def epochs(self) -> int:
        """How many epochs are finished."""
        return len(self.history.losses)

    def __repr__(self) -> str:
        return f"<Run: {self.epochs} epochs with {self.optimizer!r}>"


class Model:
    """A network plus what its use on new data needs.

        model = nn.load("iris.json")
        model.predict([[5.1, 3.5, 1.4, 0.2]])        # ["setosa"]
        model.predict_proba([[5.1, 3.5, 1.4, 0.2]])  # [[0.97, 0.02, 0.01]]

    Rows are given as they are in the data: encoding and scaling are the model's own.

    task           "classification" or "regression"; None: classification where there are
                   label names or the network ends in Sigmoid or Softmax
    label_names    of the classes, in the order of their numbers; one for each output, or
                   two for a single output, which is the probability of the second; all
                   different
    feature_names  of the inputs; with columns, those that the columns make
    target_name    of what is predicted
    image_shape    (rows, columns), where each example is a picture
    columns        fitted Columns of purenn.data that turn new rows into inputs, where some
                   are texts or may be missing
    scaler         a fitted scaler of purenn.data that new inputs go through next
    target_scaler  the one that the targets of a regression went through: outputs go back
    loss           that the network was trained with
    run            a Run, if the training shall go on one day

    What does not fit together is told by `save`; label names that are empty or stand twice
    are refused at once, by an ArgumentError.
    """

    def __init__(
        self,
        network: Network,
        *,
        task: str | None = None,
        label_names: Iterable[str] | None = None,
        feature_names: Iterable[str] | None = None,
        target_name: str | None = None,
        image_shape: tuple[int, int] | None = None,
        columns: Columns | None = None,
        scaler: Scaler | None = None,
        target_scaler: Scaler | None = None,
        loss: Loss | None = None,
        run: Run | None = None,
    ) -> None:
        if not isinstance(network, Network):
            raise ArgumentError(f"network is {short(network)}, not a purenn network")
        self.network = network
        self.label_names = _names("label_names", label_names)
        check_label_names(self.label_names or (), error=ArgumentError)
        self.feature_names = _names("feature_names", feature_names)
        self.task = self._likely_task() if task is None else task
        self.target_name = target_name
        if image_shape is not None and not isinstance(image_shape, (tuple, list)):
            raise ArgumentError(f"image_shape is {short(image_shape)}, must be (rows, columns)")
        self.image_shape = None if image_shape is None else tuple(image_shape)
        if run is not None and not isinstance(run, Run):
            raise ArgumentError(f"run is {short(run)}, must be a Run, or None")
        self.columns, self.scaler, self.target_scaler = columns, scaler, target_scaler
        self.loss, self.run = loss, run

    @property
    def class_names(self) -> list[str]:
        """The names of the classes; where the model has none, their numbers from 0."""
        return self.label_names or [str(k) for k in range(max(2, self.network.n_out))]

    @property
    def multilabel(self) -> bool:
        """Whether each of several outputs answers a question of its own, with yes or no."""
        several = self.network.n_out > 1 and isinstance(self.network.layers[-1], Sigmoid)
        return several and self.task == "classification"

    @property
    def loss_scale(self) -> float | None:
        """What one unit of scaled targets is in their own units; None where they are not scaled,
        or where several have scales of their own."""
        span = getattr(self.target_scaler, "span", None)
        return span[0] if span is not None and len(span) == 1 else None

    def predict(self, X: Any) -> list[Any]:
        """The answers for m rows as they are in the data: m class names, or m values.

        X  rows of numbers, and of texts where the model has columns of texts; a table gives
           its columns by their names
        Where several values are predicted, or several yes-or-no questions answered, each
        answer is a list: of the values, or of the names of the answers that are yes. Raises
        DataError for rows that the model cannot take, NonFiniteError for a prediction that
        is NaN or infinite.
        """
        outputs = outputs_of(self, inputs_of(self, X))
        if self.task == "classification":
            return names_of(self, outputs)
        return [row[0] for row in outputs] if self.network.n_out == 1 else outputs

    def predict_proba(self, X: Any) -> list[list[float]]:
        """The share of each class for m rows, (m × classes), in the order of class_names.

        Raises what `predict` raises, and ArgumentError for a model that predicts values.
        """
        check_shares(self)
        return outputs_of(self, inputs_of(self, X))

    def _likely_task(self) -> str:
        chances = isinstance(self.network.layers[-1], (Sigmoid, Softmax))
        return "classification" if self.label_names is not None or chances else "regression"

    def __repr__(self) -> str:
        return f"<Model: {self.task}, {self.network!r}>"


def _names(what: str, names: Iterable[str] | None) -> list[str] | None:
    return None if names is None else as_names(names, what)
