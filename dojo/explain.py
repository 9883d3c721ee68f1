"""From a failure to a verdict word and one sentence for a student at midnight."""

from __future__ import annotations

from typing import Any

from dojo.channel import StudentError, WorkerEnded
from dojo.grading.asking import Falsified
from dojo.grading.report import counterexample
from dojo.prepare import Attempt, outcome
from dojo.text import clean
from dojo.verdict import ExerciseResult, Verdict

OUTPUT_LIMIT, OUTPUT_LINES = 2000, 40  # of what student code printed
Failure = Falsified | StudentError | WorkerEnded


def explain(attempt: Attempt, failure: Failure, text: str, output: str = "") -> ExerciseResult:
    """The result that a failure amounts to, before anybody asks which idea is behind it.

    text:   the property that was being checked, in plain words.
    output: what the student's code printed.
    """
    if isinstance(failure, Falsified):
        verdict, message, more = _falsified(failure, text)
    elif isinstance(failure, StudentError):
        verdict, message, more = _raised(failure, attempt)
    else:
        verdict, message, more = _ended(failure)
    return outcome(attempt.exercise, attempt.unit, verdict, message, output=printed(output), **more)


def printed(text: str) -> str:
    """What student code printed, made safe to show."""
    return clean(text, OUTPUT_LIMIT, OUTPUT_LINES)


Explained = tuple[Verdict, str, dict[str, Any]]


def _falsified(failure: Falsified, text: str) -> Explained:
    message = clean(failure.mismatch.message)
    if failure.broke_rule:
        return Verdict.FORBIDDEN, message, {"property": text}
    if not failure.case.given and failure.mismatch.kind == "values" and failure.mismatch.expected is not None:
        # Without inputs the answer is always the same, so to show it would be to give it away.
        return Verdict.FAILED, "Not all of your answer is right.", {"property": text}
    shown = counterexample(failure.case, failure.mismatch)
    return Verdict.FAILED, message, {"property": failure.text or text, "counterexample": shown}


def _raised(error: StudentError, attempt: Attempt) -> Explained:
    who = _who(error)
    at = f" in line {error.line}" if error.line else ""
    name, text = clean(error.type_name, 60), clean(error.message, 200)
    if error.kind == "not_implemented":
        return Verdict.NOT_STARTED, f"It still raises NotImplementedError{at}.", {}
    if error.kind == "memory":
        limit = f"more than {attempt.limits.memory_mib} MiB of memory"
        return Verdict.MEMORY, f"{who} asked for {limit}{at}. Does something grow without end?", {}
    if error.kind == "exit":
        return Verdict.CRASHED, f"{who} tried to end the program ({name}){at}: return a value instead.", {}
    shown = {} if error.case is None else {"counterexample": counterexample(error.case, None)}
    if error.kind == "recursion":
        message = f"{who} calls itself without end{at} (RecursionError): what stops the recursion?"
        return Verdict.ERROR, message, shown
    return Verdict.ERROR, f"{who} raised {name}{at}: {text or 'no message'}", shown


def _ended(failure: WorkerEnded) -> Explained:
    who = _who(failure)
    if failure.why == "timeout":
        message = f"{who} did not finish: {failure.detail}. Is there a loop that never ends?"
        return Verdict.TIMEOUT, message, {}
    if failure.why == "memory":
        return Verdict.MEMORY, f"{who} used {failure.detail}. Does something grow without end?", {}
    return Verdict.CRASHED, f"{who} ended its process: {clean(failure.detail, 200)}.", {}


def _who(failure: StudentError | WorkerEnded) -> str:
    return "Importing your module" if failure.while_importing else "Your function"
