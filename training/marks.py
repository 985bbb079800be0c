"""Marks for generated traces: is the answer right, is the whole trace the reference?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

ANSWER = "Final Answer:"


@dataclass
class Mark:
    """One generated trace against its reference."""

    family: str
    kind: str
    answer: bool
    trace: bool


def answer_of(trace: str) -> str | None:
    """Return what stands behind the last "Final Answer:", or None."""
    _, found, answer = trace.rpartition(ANSWER)
    return answer.strip() if found else None


def mark(family: str, kind: str, trace: str, reference: str) -> Mark:
    """Compare a generated trace with the reference."""
    answer = answer_of(trace)
    right = answer is not None and answer == answer_of(reference)
    return Mark(family, kind, right, trace.strip() == reference.strip())


def shares(marks: list[Mark], by: str) -> dict[str, dict[str, float]]:
    """Return count and shares of right answers and of equal traces by "family" or "kind"."""
    groups: dict[str, list[Mark]] = defaultdict(list)
    for one in marks:
        groups[getattr(one, by)].append(one)
    return {
        name: {
            "count": len(group),
            "answer": sum(one.answer for one in group) / len(group),
            "trace": sum(one.trace for one in group) / len(group),
        }
        for name, group in sorted(groups.items())
    }


def table(groups: dict[str, dict[str, float]]) -> str:
    """Return the shares as one line: name answer/trace."""
    return " · ".join(f"{n} {g['answer']:.3f}/{g['trace']:.3f}" for n, g in groups.items())
