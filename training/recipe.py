"""What is trained when: learning rates and shares as functions of the step."""

from __future__ import annotations

import math
from dataclasses import dataclass


#: The kinds that have to find several objects at once.
COUNTING = ("count", "count-two", "compare", "equal", "total", "difference", "all", "how-many")


@dataclass(frozen=True)
class Recipe:
    """The numbers of a run. Steps below `seeing` train the vision tower alone."""

    seeing: int = 2_000
    reasoning: int = 7_000
    batch: int = 64
    rate: float = 2e-3
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
        return self.seeing + self.reasoning

    def phase(self, step: int) -> str:
        """ "see" (vision tower and connector) or "reason" (everything)."""
        return "see" if step < self.seeing else "reason"

    def learning_rate(self, step: int) -> float:
        """Linear warm-up, then a cosine down to `last_rate` of the peak, once in each phase."""
        seeing = self.phase(step) == "see"
        done = step if seeing else step - self.seeing
        length = self.seeing if seeing else self.reasoning
        warm_up = min(self.warm_up, length // 10)
        if done < warm_up:
            return self.rate * (done + 1) / warm_up
        share = (done - warm_up) / max(1, length - warm_up)
        low = self.last_rate
        return self.rate * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * share)))

    def describing(self, step: int) -> float:
        """Share of samples that describe the picture: all, then half, then a few."""
        done = step - self.seeing
        if done < self.describe_only:
            return 1.0
        return 0.5 if done < self.describe_half else self.describe_share

    def kind_weights(self, step: int) -> dict[str, float]:
        """How often a kind is drawn, where not once: counting is learnt last and then drawn more often."""
        done = step - self.seeing
        if done < self.counting_from:
            return {}
        late = done >= self.polish_from
        return dict.fromkeys(COUNTING, self.polish_weight if late else self.counting_weight)

    def auxiliary(self, step: int) -> float:
        """Weight of the seeing head's loss while everything is trained; fades to nothing."""
        done = step - self.seeing
        return self.seeing_weight * max(0.0, 1.0 - done / self.seeing_fades)
