"""Which mistakes are worth looking at: those that the network was surest of."""

from heapq import nlargest

from purenn.report.content import Classification

__all__ = ["MOST_MISTAKES", "worst_mistakes"]

MOST_MISTAKES = 24


def worst_mistakes(result: Classification, most: int = MOST_MISTAKES) -> list[int]:
    """Row numbers of wrong answers, the highest probability for a wrong class first.

    Equal ones, and all where there are no probabilities, come in the order of the rows.
    """
    pairs = zip(result.truth, result.predicted, strict=True)
    wrong = [row for row, (truth, said) in enumerate(pairs) if truth != said]
    shares = result.probabilities
    if shares is None:
        return wrong[:most]
    return nlargest(most, wrong, key=lambda row: (shares[row][result.predicted[row]], -row))
