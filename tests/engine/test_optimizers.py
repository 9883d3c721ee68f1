"""Optimizers in a worker work as torch's own do, and don't import torch's compiler."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dojo

WORKER = Path(dojo.__file__).parent / "worker"
PROGRAM = """
import sys
import torch

def trained(kind):
    p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = kind([p], lr=0.1, weight_decay=0.01)
    for _ in range(3):
        optimizer.zero_grad()
        (p**4).sum().backward()
        optimizer.step()
    assert optimizer.state_dict()["param_groups"] and p.requires_grad and p.is_leaf
    return p.detach()

kinds = (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD)
sys.path.insert(0, sys.argv[1])
usual = [kind.step for kind in kinds]
import optimizers

optimizers.leave_the_compiler_out()
quick = [trained(kind) for kind in kinds]
assert "torch._dynamo" not in sys.modules
for kind, step in zip(kinds, usual):
    kind.step = step
assert all(torch.equal(mine, trained(kind)) for mine, kind in zip(quick, kinds))
assert "torch._dynamo" in sys.modules
"""


def test_same_steps_without_the_compiler() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(WORKER)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
