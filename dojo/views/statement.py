"""What an exercise asks for: facts, shapes, docstring and the handout's paragraph."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dojo.course import Course, Exercise
from dojo.handout import split
from dojo.history import Past
from dojo.text import clean, plural
from dojo.views.exercise import rows
from dojo.views.look import Look
from dojo.views.signature import Signature, read

RULES = {
    "autograd": "PyTorch's autograd",
    "torch.nn": "torch.nn and torch.nn.functional",
    "cross_entropy": "ready-made cross entropy (cross_entropy, nll_loss, log_softmax)",
    "softmax": "ready-made softmax",
    "batch_norm": "ready-made normalisation (batch_norm, layer_norm and the like)",
    "attention": "ready-made attention (scaled_dot_product_attention and the like)",
    "finite_differences": "finite differences (the work is counted)",
}
STATES = {"passed": "passed", "tried": "not passed yet", "not_started": "not started"}
HANDOUT_LIMIT = 8000


def statement(course: Course, exercise: Exercise, past: Past, look: Look) -> list[RenderableType]:
    """The card of an exercise, then its paragraph of the handout."""
    stub = course.path("exercises", exercise.id)
    signature = read(stub, exercise.function, look.times)
    line = signature.line if signature else None
    signature = signature or read(course.reference(exercise.id), exercise.function, look.times)
    body: list[RenderableType] = [Text(clean(exercise.title, 200), "strong"), Text()]
    body.append(rows(_facts(course, exercise, past, look, _place(course.root, stub, line))))
    if signature:
        body += [Text(), _shapes(signature)]
        if signature.docstring:
            body += [Text(), *_docstring(signature.docstring)]
    state = Text(STATES[past.state(exercise.id)], "muted")
    parts: list[RenderableType] = [look.card(Text(exercise.id, "accent.bold"), state, body)]
    paragraph = handout(course, exercise)
    if paragraph:
        text = Markdown(paragraph, hyperlinks=False, code_theme="bw")
        parts += [Text(), Padding(text, (0, 3, 0, 3 if not look.plain else 0))]
    return parts


def _place(root: Path, stub: Path, line: int | None) -> Text:
    name = stub.relative_to(root).as_posix()
    if line is None:
        return Text(name).append("\nnot in there: dojo reset puts it back", "tried")
    return Text(f"{name}:{line}", "accent")


def _facts(
    course: Course, exercise: Exercise, past: Past, look: Look, place: Text
) -> list[tuple[Text, Text]]:
    worth = Text(f"{plural(exercise.points, 'point')} {look.dot} {exercise.minutes} min {look.dot} ")
    worth.append_text(look.difficulty(exercise.difficulty))
    facts = [("unit", Text(clean(course.unit_of(exercise.id).title, 80))), ("worth", worth), ("file", place)]
    if exercise.needs:
        needs = [
            Text.assemble(
                look.mark(past.state(name)), f" {name}", (f" ({STATES[past.state(name)]})", "muted")
            )
            for name in exercise.needs
        ]
        facts.append(("needs", Text("\n").join(needs)))
    rules = [RULES.get(rule, rule) for rule in course.rules(exercise.id)]
    if rules:
        facts.append(("without", Text("\n".join(rules))))
    return [(Text(label, "muted"), text) for label, text in facts]


def _shapes(signature: Signature) -> RenderableType:
    grid = Table.grid(padding=(0, 3, 0, 0))
    for _ in range(3):
        grid.add_column()
    for i, argument in enumerate(signature.arguments):
        kind = argument.kind + (f" = {argument.default}" if argument.default is not None else "")
        grid.add_row(
            Text("" if i else "takes", "muted"),
            Text(clean(argument.name, 40), "strong"),
            Text(clean(kind, 120)),
        )
    if signature.returns:
        grid.add_row(Text("returns", "muted"), Text(), Text(clean(signature.returns, 300)))
    return grid


def _docstring(text: str) -> list[Text]:
    """Prose is wrapped anew for this terminal; examples and indented lines stay as they are."""
    lines: list[Text] = []
    for paragraph in re.split(r"\n\s*\n", clean(text, 4000, 80)):
        rows_ = paragraph.split("\n")
        lines += [Text()] if lines else []
        if any(row.startswith((" ", ">>>", "-")) for row in rows_):
            lines += [Text(row, "muted") for row in rows_]
        else:
            lines.append(Text(" ".join(rows_)))
    return lines


def handout(course: Course, exercise: Exercise) -> str:
    """The paragraph of the unit's handout under the heading `### id`; empty where there is none."""
    path = course.root / "exercises" / course.unit_of(exercise.id).id / "README.md"
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    ids = {e.id for e in course.unit_of(exercise.id).exercise}
    own = split(text, ids).texts.get(exercise.id, "")
    return clean(own.partition("\n")[2], HANDOUT_LIMIT, 400)
