"""Marks, pivots and labels."""

from __future__ import annotations

from training.marks import mark
from training.reference import pivots
from training.scenes import cell_labels

TRACE = "Step 1: I see a ball. Therefore it rolls. Final Answer: yes"


def answers_and_pivots_are_found() -> None:
    """A right answer with another reasoning is told from an equal trace and from a wrong answer."""
    same = mark("f", "k", TRACE, TRACE)
    other = mark("f", "k", "Step 1: No ball. Final Answer: yes", TRACE)
    wrong = mark("f", "k", TRACE.replace("yes", "no"), TRACE)
    cut = mark("f", "k", "Step 1: I see a ball.", TRACE)
    found = [(one.answer, one.trace) for one in (same, other, wrong, cut)]
    assert found == [(True, True), (True, False), (False, False), (False, False)], found
    tokens = [
        " Step",
        " 1",
        ":",
        " I",
        " see",
        ".",
        " Therefore",
        " yes",
        ".",
        " Final",
        " Answer",
        ":",
    ]
    assert pivots(tokens) == [0, 6, 9], pivots(tokens)


def cells_are_labelled() -> None:
    """An object's cell follows from its centre, and empty cells are marked as such."""
    one = {"shape": "ring", "colour": "pink", "material": "rubber", "size": "large"}
    labels = cell_labels([{**one, "x": 0.9, "y": 0.4}])
    assert labels[5].tolist() == [5, 6, 3, 1], labels[5]
    assert labels.any(axis=1).sum() == 1, "an empty cell is labelled"
