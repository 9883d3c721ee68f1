"""All exercises together: the figures that the project shows, and what keeps them from being reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dojo.truth.figures import Figures, quantile
from dojo.truth.jobs import Job
from dojo.truth.outcome import Outcome, to_json

KILLED, DIAGONAL, MISLEADING, MEDIAN, P95 = 0.995, 0.98, 0.01, 12, 60
INPUTS = 10_000  # on which a listed equivalent is to be the same


@dataclass(frozen=True)
class Line:
    """One figure: what it is, its value and target in words, and whether it is reached."""

    name: str
    value: str
    target: str
    holds: bool


def lines(found: Sequence[Figures]) -> list[Line]:
    """The figures of all exercises together."""
    made, killed = sum(f.made for f in found), sum(f.killed for f in found)
    counted = made - sum(len(f.equivalent) for f in found)
    wrong, missed = sum(len(f.matrix) for f in found), sum(len(f.missed) for f in found)
    right, rejected = sum(f.right for f in found), sum(f.wrongly for f in found)
    seeds, flakes = sum(f.seeds for f in found), sum(f.flakes for f in found)
    lots = [f for f in found if f.bound]  # of which right answers, or their graders, draw lots
    drawn, refused = sum(f.seeds for f in lots), sum(f.flakes for f in lots)
    expected = sum(f.bound * f.seeds for f in lots)
    diagnosed, diagonal = sum(f.diagnosed for f in found), sum(f.diagonal for f in found)
    named, misled = sum(len(f.named) for f in found), sum(len(f.misleading) for f in found)
    entries = [n for f in found for n in f.entries]
    median, p95 = quantile(entries, 0.5), quantile(entries, 0.95)
    verified = [_verified(outcomes)] if (outcomes := [o for f in found for _, o in f.verified]) else []
    return [
        Line("mutants killed", _of(killed, counted), "99.5 %", killed >= KILLED * counted),
        *verified,
        Line("listed wrong versions killed", _of(wrong - missed, wrong), "all", not missed),
        Line("right answers accepted", _of(right - rejected, right), "all", not rejected),
        Line("right answers rejected under another seed", _of(flakes, seeds), "0", flakes == refused),
        Line(
            "of them by graders that state how often",
            f"{_of(refused, drawn)}, at most {expected:.1g} expected",
            "as stated",
            all(f.within_bound for f in lots),
        ),
        Line("diagonal of the matrix", _of(diagonal, diagnosed), "98 %", diagonal >= DIAGONAL * diagnosed),
        Line("mutants that get a hint", _of(named, killed), "", True),
        Line("misleading hints", _of(misled, named), "below 1 %", misled == 0 or misled < MISLEADING * named),
        Line("entries of the largest input shown, median", str(median), str(MEDIAN), median <= MEDIAN),
        Line("entries of the largest input shown, 95th percentile", str(p95), str(P95), p95 <= P95),
    ]


def _verified(outcomes: Sequence[Outcome]) -> Line:
    same, fewest = sum(o.passed and not o.differing for o in outcomes), min(o.tried for o in outcomes)
    value = f"{_of(same, len(outcomes))}, {fewest:,} inputs or more"
    reached = same == len(outcomes) and fewest >= INPUTS
    return Line("equivalent on random inputs as well", value, f"all, {INPUTS:,}", reached)


def _of(part: int, whole: int) -> str:
    """`3,970 of 3,981 (99.72 %)`, rounded down so that 100 % means all."""
    if not whole:
        return "0 of 0"
    return f"{part:,} of {whole:,} ({10_000 * part // whole / 100:.2f} %)"


def idle_everywhere(found: Sequence[Figures]) -> list[tuple[str, int]]:
    """Properties that killed nothing in any exercise that has them, and how many those are."""
    counts: Counter[str] = Counter(text for f in found for text in f.idle)
    useful = {text for f in found for text in f.by + f.by_of_wrong}
    return [(text, n) for text, n in counts.most_common() if text not in useful]


@dataclass(frozen=True)
class Share:
    """What one property rejects, over all exercises that have it.

    rejects: versions that it rejects when it is asked by itself.
    first:   those of them that the properties before it let through.
    alone:   those that no other property rejects, before it or after it.
    """

    text: str
    exercises: int
    rejects: int
    first: int
    alone: int


def shares(found: Sequence[Figures]) -> list[Share]:
    """What each property does, those that do least first. Empty where they were not asked one by one."""
    asked = [f for f in found if f.alone]
    have = Counter(text for f in asked for text in f.texts)
    rejects = Counter(text for f in asked for fails in f.alone.values() for text in fails)
    first = Counter(text for f in asked for text in (f.by + f.by_of_wrong).elements())
    only = sum((f.only for f in asked), Counter[str]())
    known = [Share(text, n, rejects[text], first[text], only[text]) for text, n in have.items()]
    return sorted(known, key=lambda share: (share.alone, share.first, share.rejects))


def killed_by(found: Sequence[Figures]) -> Counter[str]:
    """How many mutants each property was the first to reject."""
    return sum((f.by for f in found), Counter())


def as_json(found: Sequence[Figures], head: dict[str, Any]) -> dict[str, Any]:
    """Everything as plain data, `head` first."""
    return {
        **head,
        "figures": [vars(line) for line in lines(found)],
        "killed_by": dict(killed_by(found).most_common()),
        "properties": [vars(share) for share in shares(found)],
        "exercises": [_exercise(f) for f in found],
    }


def _exercise(f: Figures) -> dict[str, Any]:
    return {
        "id": f.exercise,
        "unit": f.unit,
        "made": f.made,
        "killed": f.killed,
        "killed_by": dict(f.by.most_common()),
        "wrong_versions_killed_by": dict(f.by_of_wrong.most_common()),
        "idle_properties": f.idle,
        "killed_by_this_alone": dict(f.only.most_common()),
        "equivalent": [job.name for job in f.equivalent],
        "survivors": [_version(*pair) for pair in f.survivors],
        "named": [_version(*pair) for pair in f.named],
        "misleading": [job.name for job, _ in f.misleading],
        "entries": {"median": quantile(f.entries, 0.5), "p95": quantile(f.entries, 0.95)},
        "diagnoses": f.matrix,
        "missed": f.missed,
        "right": f.right,
        "seeds": f.seeds,
        "false_positive": f.bound,
        "flakes": f.flakes,
        "rejected": [_version(*pair) for pair in f.rejected],
        "broken": [_version(*pair) for pair in f.broken],
        "seconds": round(f.seconds, 1),
    }


def _version(job: Job, outcome: Outcome) -> dict[str, Any]:
    data: dict[str, Any] = {"name": job.name, "seed": job.seed.id, **to_json(outcome)}
    if job.mutant is not None:
        data |= {"operator": job.mutant.operator, "line": job.mutant.line, "diff": job.mutant.diff}
    return data
