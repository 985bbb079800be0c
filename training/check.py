"""Fast checks of the recipe; says what holds and fails at the first thing that does not.

``python -m training.check``
"""

from __future__ import annotations

from training.tests import forward, prompt, resume, scoring

CHECKS = [
    forward.training_forward_is_transformers,
    forward.cached_generation_is_transformers,
    prompt.tokens_survive_a_round_trip,
    prompt.prompt_is_the_processors,
    resume.resumed_run_takes_the_same_step,
    scoring.answers_and_pivots_are_found,
    scoring.cells_are_labelled,
]


def main() -> None:
    """Run every check."""
    for check in CHECKS:
        check()
        print(f"holds: {check.__name__.replace('_', ' ')}", flush=True)


if __name__ == "__main__":
    main()
