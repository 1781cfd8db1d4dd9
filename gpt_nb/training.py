import math, torch
from torch import nn

def param_groups(
    model: nn.Module, # any module
    weight_decay: float, # for the matrices
) -> list[dict]: # two groups for a torch optimizer
    "Let matrices decay, and leave biases and the gains of layer norms alone."
    params = [p for p in model.parameters() if p.requires_grad]
    return [{'params': [p for p in params if p.dim() >= 2], 'weight_decay': weight_decay},
            {'params': [p for p in params if p.dim() < 2], 'weight_decay': 0.0}]

def lr_at(
    step: int, # optimizer steps taken so far, from 0
    learning_rate: float, # at the peak
    warmup_iters: int, # steps over which it rises
    lr_decay_iters: int, # step at which the cosine reaches min_lr
    min_lr: float, # from lr_decay_iters on
) -> float:
    "Learning rate of the next step: linear warm-up, then a cosine down to `min_lr`, then flat."
    if step < warmup_iters: return learning_rate * (step + 1) / (warmup_iters + 1)
    if step >= lr_decay_iters: return min_lr
    done = (step - warmup_iters) / (lr_decay_iters - warmup_iters)  # 0 to 1
    return min_lr + (learning_rate - min_lr) * (1 + math.cos(math.pi * done)) / 2

def train_plain(
    model: nn.Module, # `model(idx, targets)` gives logits and loss
    get_batch, # `get_batch(k)` gives inputs and targets of micro-batch k = 0, 1, 2, ...
    max_iters: int, # optimizer steps
    learning_rate: float = 1e-3, # at the peak
    warmup_iters: int = 100, # steps of warm-up
    lr_decay_iters: int | None = None, # step at which the cosine ends; None for max_iters
    min_lr: float | None = None, # at the end; None for a tenth of learning_rate
    weight_decay: float = 0.1, # on matrices
    betas: tuple[float, float] = (0.9, 0.99), # of AdamW
    grad_clip: float = 1.0, # largest norm of the gradient
    accumulation: int = 1, # micro-batches in one step
    report=None, # `report(step)` is called after every step
) -> list[float]: # loss of each step
    "The training loop, whole: accumulate, clip, step, with warm-up and cosine decay."
    optimizer = torch.optim.AdamW(param_groups(model, weight_decay), lr=learning_rate, betas=betas,
                                  fused=True)
    lr_decay_iters = max_iters if lr_decay_iters is None else lr_decay_iters
    min_lr = learning_rate / 10 if min_lr is None else min_lr
    losses = []
    for step in range(max_iters):
        # the learning rate of this step
        lr = lr_at(step, learning_rate, warmup_iters, lr_decay_iters, min_lr)
        for group in optimizer.param_groups: group['lr'] = lr

        # gradients of all micro-batches add up
        model.train()
        total = 0.0
        for j in range(accumulation):
            idx, targets = get_batch(step * accumulation + j)
            loss = model(idx, targets)[1] / accumulation
            loss.backward()
            total += loss.item()

        # not too far in one step
        if grad_clip: nn.utils.clip_grad_norm_(model.parameters(), grad_clip)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total)
        if report: report(step + 1)
    return losses
