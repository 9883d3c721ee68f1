"""How far an answer may be from the reference: rounding, and nothing else."""

from __future__ import annotations

import torch
from torch import Tensor

# Honest float64 answers to our small cases differ by at most 1.5e-13 of the largest entry (over the museum's
# alternatives, 150 cases each), float32 ones by 3e-6: a factor of at least 30 below the tolerances.
RELATIVE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 5e-2}
FLOOR = {torch.float64: 1e-11, torch.float32: 1e-5, torch.float16: 1e-2, torch.bfloat16: 3e-2}


def tolerance(reference: Tensor, dtype: torch.dtype, scale: float, loose: float = 1.0) -> float:
    """The largest error that counts as rounding."""
    largest = float(reference.abs().max()) if reference.numel() else 0.0
    return max(RELATIVE.get(dtype, 1e-9) * largest, FLOOR.get(dtype, 1e-11) * scale) * loose


def derivation(reference: Tensor, dtype: torch.dtype, scale: float, limit: float) -> str:
    """The tolerance derived, in one sentence."""
    largest = float(reference.abs().max()) if reference.numel() else 0.0
    relative, floor = RELATIVE.get(dtype, 1e-9), FLOOR.get(dtype, 1e-11)
    return (
        f"{limit:.1e}: {relative:.0e} of the largest entry ({largest:.3g}), at least {floor:.0e} of the "
        f"upstream gradient ({scale:.3g}); honest {dtype_name(dtype)} rounding stays a factor of 30 below."
    )


def same_numbers(expected: Tensor, actual: Tensor, scale: float) -> bool:
    """Whether two tensors of one shape hold the same numbers, to the precision of the coarser dtype."""
    if expected.shape != actual.shape or not expected.numel() or not actual.double().isfinite().all():
        return False
    coarser = actual.dtype if actual.is_floating_point() else torch.float64
    limit = tolerance(expected.double(), coarser, scale)
    return bool(((actual.double() - expected.double()).abs() <= limit).all())


def dtype_name(dtype: torch.dtype) -> str:
    """`torch.float64` as "float64"."""
    return str(dtype).removeprefix("torch.")
