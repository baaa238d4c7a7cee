"""The report of a run: one HTML file to look at, which needs no network and runs no script.

    from purenn.report import Classification, Report, worst_mistakes, write_report

    result = Classification(label_names, truth, predicted, probabilities)
    rows = worst_mistakes(result)
    images = dict(zip(rows, test.features.take(rows)))
    write_report("run.html", Report("MNIST", losses=history.losses, result=result,
                                    image_shape=(28, 28), images=images))

All input is plain Python: lists of numbers and text. Nothing here knows of networks or backends.
"""

from purenn.report.content import Classification, Regression, Report
from purenn.report.mistakes import largest_errors, worst, worst_mistakes
from purenn.report.page import render_report, write_report

__all__ = [
    "Classification",
    "Regression",
    "Report",
    "largest_errors",
    "render_report",
    "worst",
    "worst_mistakes",
    "write_report",
]
