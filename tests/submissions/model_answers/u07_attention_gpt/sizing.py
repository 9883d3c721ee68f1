from torch import Tensor

def weight_decay_groups(parameters: dict[str, Tensor], weight_decay: float) -> list[dict[str, object]]:
    decay = [p for p in parameters.values() if p.dim() >= 2]
    no_decay = [p for p in parameters.values() if p.dim() < 2]
    return [{'params': decay, 'weight_decay': weight_decay}, {'params': no_decay, 'weight_decay': 0.0}]

def scale_config(vocab_size: int, n_embd: int, n_head: int, n_layer: int, block_size: int) -> dict[str, int]:
    C = n_embd
    parts = {'embeddings': vocab_size * C + block_size * C, 'attention': n_layer * (3 * C * C + C * C + C), 'feed_forward': n_layer * (C * 4 * C + 4 * C + 4 * C * C + C), 'norms': (2 * n_layer + 1) * 2 * C, 'head': C * vocab_size + vocab_size}
    return {**parts, 'total': sum(parts.values())}
