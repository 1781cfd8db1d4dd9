import torch
from torch import Tensor, nn

def embed(
    idx: Tensor, # token ids `[B, T]`
    wte: nn.Embedding, # token table `[V, C]`
    wpe: nn.Embedding, # position table `[block_size, C]`
    pos: Tensor | None = None, # positions `[T]` or `[B, T]`; None for 0, 1, ..., T - 1
) -> Tensor: # `[B, T, C]`
    "Add each token's vector and its position's vector (Radford et al. 2018, section 3.1)."
    if pos is None: pos = torch.arange(idx.size(1), device=idx.device)
    return wte(idx) + wpe(pos)  # (B, T, C) + (T, C) -> (B, T, C)
