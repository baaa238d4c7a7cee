"""`--report`: what the report page is made of."""

from __future__ import annotations

from purenn.report import Classification, Regression, Report, worst_mistakes, write_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.callbacks import EarlyStopping
    from purenn.cli.judging import Judgement
    from purenn.storage import Model

__all__ = ["write_page"]


def write_page(
    path: str, model: Model, result: Judgement, judged_on: str, stopping: EarlyStopping | None
) -> None:
    """Write the page of a finished run."""
    assert model.run is not None  # noqa: S101
    history, network = model.run.history, model.network
    outcome, images = classified(result) if result.classes else (valued(model, result), {})
    first = next(rows for _, rows in network.parameters)
    write_report(
        path,
        Report(
            title=f"purenn: {result.data.name}",
            facts=[
                ("network", " - ".join(map(repr, network.layers))),
                ("backend", network.backend.name),
                ("seed", str(network.seed)),
                ("optimizer", repr(model.run.optimizer)),
                ("epochs", str(len(history.losses))),
                ("time", f"{history.seconds:.1f} s"),
            ],
            losses=history.losses,
            validation_losses=history.validation_losses or None,
            metrics=history.metrics,
            validation_metrics=history.validation_metrics,
            best_epoch=stopping.best_epoch if stopping else None,
            result=outcome,
            judged_on=judged_on,
            image_shape=result.data.image_shape,
            images=images,
            weights=first if result.data.image_shape else None,
        ),
    )


def classified(result: Judgement) -> tuple[Classification, dict[int, list[float]]]:
    """The answers, and the pictures of the worst mistakes."""
    data = result.data
    answers = Classification(
        list(data.label_names or ()), data.targets, result.predicted, result.outputs
    )
    if data.image_shape is None:
        return answers, {}
    rows = worst_mistakes(answers)
    return answers, dict(zip(rows, data.features.take(rows), strict=True))


def valued(model: Model, result: Judgement) -> Regression:
    """The values of a regression."""
    outputs = len(result.outputs[0])
    name = model.target_name or "value"
    names = [name] if outputs == 1 else [f"{name} {k + 1}" for k in range(outputs)]
    truth = [t if isinstance(t, (list, tuple)) else [t] for t in result.data.targets]
    return Regression(names, truth, result.outputs)
