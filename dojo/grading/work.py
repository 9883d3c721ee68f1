"""How much work a right answer is, so that a watched call can be held against it."""

from __future__ import annotations

import math
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from dojo.grading.cases import Case, Parts, question, remembered, right_answer, sizes_of
from dojo.grading.grader import Grader

ENLARGED = 4  # factor on the sizes of a watched call
FACTORS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)  # on the sizes that the answer has
LEAST = 250  # entries of the answer to the larger watched call: so many finite differences are many
_FACTOR_OF = {"mm": 0, "bmm": 0, "mv": 0, "dot": 0, "addmm": 1, "baddbmm": 1, "addmv": 1}


class _Products(TorchDispatchMode):
    """Counts the multiplications of matrix products: of all operators, only they do more than they return."""

    count = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # see dojo/worker/watch.py

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        factor = _FACTOR_OF.get(func._schema.name.removeprefix("aten::"))
        if factor is not None:
            self.count += result.numel() * args[factor].shape[-1]
        return result


def with_products(grader: Grader, case: Case) -> tuple[Any, int]:
    """The right answer, None where there is no single one, and how many multiplications its matrix products
    are, without those of the forward pass."""
    if grader.forward is None and grader.oracle is None:
        return None, 0
    with _Products() as products:
        answer = right_answer(grader, case)
    with _Products() as forward:
        if grader.forward is not None:
            grader.forward(**{name: case.all[name] for name in grader.takes if name in case.all})
    return answer, products.count - forward.count


def large_case(grader: Grader, parts: Parts, least: int = 0) -> tuple[Case, Any, int]:
    """A case for a watched call, with its right answer and the answer's matrix products.

    least: entries that the answer should have, where the grader's sizes let it grow so far. The inputs grow
           no more than they must, because honest loops over them take their time too.
    """
    if least:
        factor = next((f for f in FACTORS if _entries(grader, parts, f) >= least), FACTORS[-1])
        case = question(grader, parts, enlarge=2, answer=factor)
    else:
        case = question(grader, parts, enlarge=ENLARGED)
    return case, *remembered((case, "products"), lambda: with_products(grader, case))


def _entries(grader: Grader, parts: Parts, factor: int) -> int:
    """About how many entries the answer has at this factor: as many as a table of all its sizes."""
    sizes = sizes_of(grader, parts, 2, factor)
    return math.prod(sizes[letter] for letter in grader.answer_letters if letter in sizes)
