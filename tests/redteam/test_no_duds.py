"""Each attack on comparisons, resources and state works where a naive grader runs it: none is a dud."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("looks at processes as Linux shows them", allow_module_level=True)

import naive
import numpy as np
import torch
from harm import forked, full_marks, harm
from naive import compares
from suite import ATTACKS

# The grader that gives the attack full marks.
CREDITED = {
    "h01_rejects_hard_inputs": naive.inside,
    "h01_rejects_in_public": naive.inside,
    "h01_rejects_after_twelve": naive.inside,
    "h02_stop_test": naive.inside,
    "h03_conclude_test": naive.inside,
    "h04_quick_profile": naive.by_profile,
    "h04_patched_given": naive.inside,
    "h06_right_on_replay": naive.reruns,
    "h06_random": naive.reruns,
    "h07_table": compares(torch.allclose),
    "h08_zeroes_its_inputs": naive.afterwards,
    "h08_sets_its_inputs_to_one": naive.afterwards,
    "h08_empties_its_inputs": naive.afterwards,
    "h09_one_buffer": naive.repeatable,
    "h09_returns_its_input": naive.in_place,
    "h10_always_equal": compares(lambda a, e: torch.as_tensor(a == e).all(), naive.whole),
    "h10_no_distance": compares(lambda a, e: (a - e).abs().max() < 1e-6),
    "h11_array_function": compares(np.allclose),
    "h12_answers_for_itself": compares(torch.allclose),
    "h12_becomes_the_other": compares(naive.assert_close),
    "h12_dispatch": compares(torch.allclose),
    "h12_fake_tensor": compares(naive.skips),
    "h13_nan": compares(naive.not_above),
    "h13_nan_first": compares(naive.worst),
    "h13_infinity": compares(naive.relative),
    "h14_scalar": compares(torch.allclose, naive.ones),
    "h14_python_number": compares(naive.not_above, naive.ones),
    "h14_one_row": compares(torch.allclose, naive.ones),
    "h14_one_more_dimension": compares(torch.allclose, naive.ones),
    "h15_no_rows": compares(torch.allclose, naive.one_row),
    "h15_no_columns": compares(naive.entries),
    "h16_float16": compares(lambda a, e: (a - e).abs().max() < 1e-2),
    "h16_float32": compares(lambda a, e: (a - e).abs().max() < 1e-6),
    "h16_whole_numbers": compares(lambda a, e: (a == e).all(), naive.whole),
    "h16_complex": compares(lambda a, e: np.allclose(a.numpy().astype(float), e)),
    "h17_zeros": compares(torch.allclose, naive.tiny),
    "h17_ones": compares(torch.allclose, naive.unit),
    "h18_sparse": compares(naive.skips),
    "h18_quantised": compares(naive.skips),
    "h18_nested": compares(naive.skips),
    "h18_meta": compares(naive.skips),
    "h18_negative_view": compares(naive.in_memory, naive.whole),
    "h18_conjugate_view": compares(lambda a, e: torch.allclose(a._neg_view() if a.is_neg() else a, e)),
    "h18_one_element_seen_often": compares(naive.assert_close, naive.ones),
    "h19_empty_iterator": compares(naive.pairs),
    "h19_list_that_lies": compares(naive.rows),
    "h19_text_that_is_equal": compares(naive.as_text, naive.whole),
    "h20_class_lie": compares(lambda a, e: isinstance(a, torch.Tensor) and a.allclose(e)),
    "h20_borrowed_name": compares(lambda a, e: type(a).__name__ == "Tensor" and a.allclose(e)),
    "h20_numpy_scalar_lie": compares(
        lambda a, e: a.item() == e if type(a).__module__ == "numpy" else torch.allclose(a, e)
    ),
    "h21_zeros_are_linear": naive.linear,
    "h21_linear": naive.linear,
    "h21_sign": compares(lambda a, e: torch.allclose(a.norm(), e.norm())),
    "h21_shuffled": compares(lambda a, e: torch.allclose(a.sum(), e.sum())),
    "h22_forward_difference": compares(lambda a, e: torch.allclose(a, e, rtol=1e-2)),
    "h22_single_precision": compares(torch.allclose),
    "h22_millionth": compares(torch.allclose),
    "h23_example_by_heart": compares(torch.allclose, naive.example),
    "h24_lazy": compares(lambda answer, expected: np.allclose(answer, expected)),
    "h25_slow": naive.deadline,
    "h25_just_in_time": naive.deadline,
    "h26_square": compares(torch.allclose, naive.symmetric),
    "h26_contiguous": compares(torch.allclose),
    "h26_first_row": compares(torch.allclose, naive.one_row),
    "h26_even_rows": compares(torch.allclose, naive.even),
    "h27_pickled_exception": naive.pickles,
    "h27_empty_message": naive.messages,
    "h28_double_only": compares(torch.allclose),
    "h28_by_name_only": naive.by_name,
    "s01_memo_by_shape": compares(torch.allclose),
    "s01_memo_by_object": naive.again,
    "s01_memo_by_address": naive.again,
    "s02_first_three_calls": naive.again,
    "s02_first_three_calls_hidden": naive.again,
    "s02_first_workers_only": naive.again,
    "s04_seeds": naive.unseeded,
    "s10_by_date": naive.on_the_authors_machine,
    "s10_by_host": naive.on_the_authors_machine,
    "s10_by_the_look_of_grading": naive.on_the_authors_machine,
    "s13_set": compares(naive.any_order, naive.whole),
    "s13_sorted": compares(naive.any_order, naive.whole),
    "s13_by_name": compares(lambda a, e: all(torch.allclose(a[i], row) for i, row in enumerate(e))),
}

# What the attack does to a grader that runs it in its own process; one of these words is enough.
HARM = {
    "x01": "hung",
    "x02": "hung",
    "x03": "hung",
    "x04": "hung",
    "x05_memory_of_children": "processes",
    "x05_shared_memory": "files",
    "x05": "memory hung died",
    "x06_starts_programs": "files",
    "x06": "processes",
    "x07": "threads",
    "x08_floods_the_channel": "hung",
    "x08_drips_into_the_channel": "hung",
    "x08_prints_for_ever": "hung memory died",
    "x08_one_long_line": "memory text hung died",
    "x08_floods_the_descriptors": "hung",
    "x08": "text hung",
    "x09_core_dump": "died",
    "x09_sparse_file": "files",
    "x09": "files",
    "x10": "descriptors",
    "x11": "hung died",
    "x12": "died",
    "x15_chained_exceptions": "text hung died",
    "x15_text_that_hangs": "hung",
    "x15_repr_that_hangs": "hung",
    "x15": "text",
    "x17": "threads",
    "x18": "hung",
    "s03_store_in_scratch": "files",
    "s03": "files",
    "s05": "state hung",
    "s06": "state died",
    "s07": "state died",
    "s11_holds_the_channel": "processes",
    "s11_writes_into_the_next_folder": "processes",
}

ELSEWHERE = {
    "x13_gpu": "needs a graphics card",
    "x18_slow_import": "slow, not hung: the time it takes is measured by the suite",
    "s07_patches_the_worker": "patches modules of our worker; that it ends in a crash shows that it does",
}
"""Attacks for which no naive grader here can stand in, and why they are no duds."""

LENIENT = ("h09_one_buffer", "h17_zeros", "h21_zeros_are_linear", "h21_linear")
"""Their naive graders look at one property only, or at tiny numbers, which wrong answers may have, too."""


def _names(*letters: str) -> list[str]:
    files = [path for letter in letters for path in ATTACKS.glob(f"*/{letter}[0-9][0-9]_*.py")]
    return sorted(path.stem for path in files if path.parent.name in ("comparison", "resources", "state"))


def _text(name: str, folder: Path) -> str:
    (path,) = ATTACKS.glob(f"*/{name}.py")
    text = path.read_text(encoding="utf-8")
    for place in ("/tmp/@TAG@", "/dev/shm/@TAG@"):
        text = text.replace(place, str(folder / "left"))
    return text.replace("@HOME@", str(folder)).replace("/tmp/dojo-worker-", str(folder / "dojo-worker-"))


def _expected_harm(name: str) -> set[str]:
    words = [words for start, words in HARM.items() if name.startswith(start)]
    return set(words[0].split()) if words else set()


@pytest.mark.parametrize("name", [n for n in _names("h", "s") if n in CREDITED])
def test_gets_full_marks_elsewhere(name: str, tmp_path: Path) -> None:
    assert full_marks(CREDITED[name], _text(name, tmp_path), tmp_path)


@pytest.mark.parametrize("name", [n for n in _names("x", "s") if n not in CREDITED and n not in ELSEWHERE])
def test_does_harm_elsewhere(name: str, tmp_path: Path) -> None:
    found = harm(_text(name, tmp_path), tmp_path)
    assert found & _expected_harm(name), found


def test_every_attack_is_looked_at() -> None:
    assert {n for n in _names("h", "s", "x") if not _expected_harm(n)} <= {*CREDITED, *ELSEWHERE}


def test_naive_graders_are_graders(tmp_path: Path) -> None:
    """They pass the right answer and fail a wrong one: it is not that they pass everything."""
    right, wrong = ((ATTACKS / "state" / f"control_{word}.py").read_text() for word in ("right", "wrong"))

    def no_graders() -> dict[str, Any]:
        unfair = [
            n for n, grade in CREDITED.items() if grade is not naive.pickles and not _passes(grade, right)
        ]
        blind = [n for n, grade in CREDITED.items() if n not in LENIENT and _passes(grade, wrong)]
        return {"unfair": unfair, "blind": blind}

    assert forked(no_graders, tmp_path, 60) == ({"unfair": [], "blind": []}, set())


def _passes(grade: naive.Naive, text: str) -> bool:
    try:
        return bool(grade(naive.load(text)))
    except Exception:
        return False


def test_controls_do_no_harm(tmp_path: Path) -> None:
    for word in ("right", "wrong"):
        assert not harm((ATTACKS / "state" / f"control_{word}.py").read_text(), tmp_path)
