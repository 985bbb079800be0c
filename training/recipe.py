"""What is trained when: learning rates and shares as functions of the step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Phase = Literal["see", "reason", "practise"]

#: The kinds that have to find several objects at once.
COUNTING = ("count", "count-two", "compare", "equal", "total", "difference", "all", "how-many")

#: How often the counting kinds are drawn in the practice phase: most where most was still wrong.
PRACTICE = {**dict.fromkeys(COUNTING, 5.0), "count": 8.0, "count-two": 8.0, "how-many": 10.0}


@dataclass(frozen=True)
class Recipe:
    """The numbers of a run. Steps below `seeing` train the vision tower alone."""

    seeing: int = 2_000
    reasoning: int = 7_500
    practice: int = 5_000
    batch: int = 64
    rate: float = 2e-3
    practice_rate: float = 1e-3
    warm_up: int = 400
    last_rate: float = 0.03
    describe_only: int = 400
    describe_half: int = 1_200
    describe_share: float = 0.15
    counting_from: int = 3_500
    counting_weight: float = 2.0
    polish_from: int = 6_500
    polish_weight: float = 5.0
    seeing_weight: float = 0.2
    seeing_fades: int = 2_500
    weight_decay: float = 0.05
    clip: float = 1.0
    seed: int = 1

    @property
    def steps(self) -> int:
        """All steps of the run."""
        return self.seeing + self.reasoning + self.practice

    def phase(self, step: int) -> Phase:
        """Name of the step's phase: "see" trains the vision tower and connector, the others all."""
        if step < self.seeing:
            return "see"
        return "reason" if step < self.seeing + self.reasoning else "practise"

    def learning_rate(self, step: int) -> float:
        """Linear warm-up, then a cosine down to `last_rate` of the peak, once in each phase."""
        start, length, peak = {
            "see": (0, self.seeing, self.rate),
            "reason": (self.seeing, self.reasoning, self.rate),
            "practise": (self.seeing + self.reasoning, self.practice, self.practice_rate),
        }[self.phase(step)]
        done = step - start
        warm_up = min(self.warm_up, length // 10)
        if done < warm_up:
            return peak * (done + 1) / warm_up
        share = (done - warm_up) / max(1, length - warm_up)
        low = self.last_rate
        return peak * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * share)))

    def describing(self, step: int) -> float:
        """Share of samples that describe the picture: all, then half, then a few."""
        done = step - self.seeing
        if done < self.describe_only:
            return 1.0
        return 0.5 if done < self.describe_half else self.describe_share

    def kind_weights(self, step: int) -> dict[str, float]:
        """How often a kind is drawn, where not once: counting is learnt last and then drawn more often."""
        if self.phase(step) == "practise":
            return PRACTICE
        done = step - self.seeing
        if done < self.counting_from:
            return {}
        late = done >= self.polish_from
        return dict.fromkeys(COUNTING, self.polish_weight if late else self.counting_weight)

    def auxiliary(self, step: int) -> float:
        """Weight of the seeing head's loss while everything is trained; fades to nothing."""
        done = step - self.seeing
        return self.seeing_weight * max(0.0, 1.0 - done / self.seeing_fades)
