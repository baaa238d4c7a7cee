"""The record of a run: every operation of some training steps, to be read line by line."""

from purenn.explain.record import FORMAT, VERSION, Op, Record, RecordedArray
from purenn.explain.recording import RecordingBackend
from purenn.explain.replaying import replay
from purenn.explain.run import explain
from purenn.explain.terms import Cell, Ref, Step, Term, terms

__all__ = [
    "FORMAT",
    "VERSION",
    "Cell",
    "Op",
    "Record",
    "RecordedArray",
    "RecordingBackend",
    "Ref",
    "Step",
    "Term",
    "explain",
    "replay",
    "terms",
]
