from collections.abc import Callable
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

def crop_context(idx: Int[Tensor, 'B L'], block_size: int) -> Int[Tensor, 'B T']:
    return idx[:, -block_size:]

def generate(model: Callable[[Tensor], tuple[Tensor, Tensor | None]], idx: Int[Tensor, 'B L'], n: int, block_size: int) -> Int[Tensor, 'B M']:
    for _ in range(n):
        with torch.no_grad():
            logits, _loss = model(idx[:, -block_size:])
        probs = logits[:, -1].softmax(dim=-1)
        token = torch.multinomial(probs, num_samples=1)
        idx = torch.cat([idx, token], dim=1)
    return idx

def estimate_loss(model: nn.Module, get_batch: Callable[[str], tuple[Tensor, Tensor]], k: int) -> dict[str, float]:
    training = model.training
    model.eval()
    with torch.no_grad():
        means = {split: sum((float(model(*get_batch(split))[1]) for _ in range(k))) / k for split in ('train', 'val')}
    model.train(training)
    return means

def adamw_loop(model: nn.Module, batches_x: Int[Tensor, 'S B T'], batches_y: Int[Tensor, 'S B T'], lr: float) -> Float[Tensor, 'S']:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    losses = []
    for x, y in zip(batches_x, batches_y, strict=True):
        _, loss = model(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)
