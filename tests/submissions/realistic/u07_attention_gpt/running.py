from collections.abc import Callable
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def crop_context(idx, block_size):
    T = min(idx.shape[1], block_size)
    return idx.narrow(1, idx.shape[1] - T, T).clone()


def generate(model, idx, n, block_size):
    out = idx.clone()
    for _ in range(n):
        with torch.no_grad():
            probs = torch.softmax(model(out[:, -block_size:])[0][:, -1, :], dim=1)
        below = probs.cumsum(1) < torch.rand(len(out), 1)
        out = torch.cat((out, below.sum(1, keepdim=True).clamp(max=probs.shape[1] - 1)), dim=1)
    return out


def estimate_loss(model: nn.Module, get_batch: Callable[[str], tuple[Tensor, Tensor]], k: int) -> dict[str, float]:
    training = model.training
    model.eval()
    with torch.no_grad():
        means = {split: sum((model(*get_batch(split))[1] for _ in range(k))) / k for split in ('train', 'val')}
    model.train(training)
    return means


def adamw_loop(model, batches_x, batches_y, lr):
    optimizer = torch.optim.AdamW(model.parameters(), lr)
    losses = torch.empty(len(batches_x))
    for step in range(len(batches_x)):
        for p in model.parameters():
            p.grad = None
        _logits, loss = model(batches_x[step], batches_y[step])
        loss.backward()
        optimizer.step()
        losses[step] = loss.item()
    return losses
