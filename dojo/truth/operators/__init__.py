"""Mutation operators for tensor code. Each takes a place in a model answer and yields what might stand there.

An operator is one idea of how an answer goes wrong. The order is that of `OPERATORS`: where two operators
make the same text, it belongs to the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dojo.truth.operators import arithmetic, axes, control, tensors, variables
from dojo.truth.operators.sites import Replacement, Site

Operator = Callable[[Site], Iterator[Replacement]]

OPERATORS: tuple[Operator, ...] = (
    arithmetic.dropped_term,
    arithmetic.duplicated_term,
    arithmetic.swapped_operands,
    arithmetic.divisor_off_by_one,
    arithmetic.other_operation,
    arithmetic.wrong_sign,
    arithmetic.wrong_exponent,
    tensors.transposed,
    tensors.einsum_transposed,
    axes.changed_axis,
    axes.dropped_axis,
    axes.flipped_keepdim,
    tensors.other_reduction,
    tensors.missing_clone,
    tensors.dropped_call,
    tensors.detached,
    tensors.other_dtype,
    control.comparison_boundary,
    control.opposite_comparison,
    control.dropped_condition,
    control.dropped_branch,
    control.set_for_added,
    control.dropped_step,
    control.early_return,
    control.slice_off_by_one,
    arithmetic.wrong_constant,
    variables.swapped_arguments,
    variables.swapped_results,
    variables.same_kind_of_variable,
    variables.neighbouring_variable,
    variables.neighbouring_attribute,
    variables.other_text,
    variables.wrong_default,
)
