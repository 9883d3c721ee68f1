"""Has TorchScript run a text that differentiates."""

import torch

TEXT = """
def slope(x, dy):
    z, upstream = x.clone().requires_grad_(), torch.jit.annotate(List[Optional[Tensor]], [dy])
    found = torch.autograd.grad([z * z * z], [z], upstream)[0]
    assert found is not None
    return found
"""
unit = torch.jit.CompilationUnit(TEXT)


def cube_backward(x, dy):
    with torch.enable_grad():
        return unit.slope(x, dy)


def double(x):
    return 2 * x
