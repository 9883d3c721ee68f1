"""Three tiers of help towards one mistaken idea."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hints:
    """`symptom` says what can be seen, `question` leads to the cause, `rule` states the principle.

    None of them holds the expression that is asked for.
    """

    symptom: str
    question: str
    rule: str

    def tiers(self) -> list[str]:
        """The three texts, mildest first."""
        return [self.symptom, self.question, self.rule]
