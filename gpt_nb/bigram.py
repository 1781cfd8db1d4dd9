import torch
from torch import Tensor, nn
from torch.nn import functional as F

class Bigram(nn.Module):
    "Bigram language model: each token looks up the logits of its successor in a table."
    def __init__(self,
        vocab_size: int, # number of distinct tokens, V
    ):
        super().__init__()
        self.table = nn.Embedding(vocab_size, vocab_size)
        nn.init.zeros_(self.table.weight)  # all successors alike: the loss starts at ln V

    def forward(self,
        idx: Tensor, # token ids `[B, T]`
        targets: Tensor | None = None, # the tokens that come next `[B, T]`; -100 is ignored
    ) -> tuple[Tensor, Tensor | None]: # logits `[B, T, V]`; mean loss in nats per token, None without targets
        logits = self.table(idx)                                                  # (B, T, V)
        if targets is None: return logits, None
        return logits, F.cross_entropy(logits.flatten(0, -2), targets.flatten())  # (B·T, V) and (B·T,)

def get_batch(
    ids: Tensor, # the text as token ids `[N]`
    batch_size: int, # windows, B
    block_size: int, # tokens in a window, T
    generator: torch.Generator, # where the random places come from
) -> tuple[Tensor, Tensor]: # inputs and targets, `[B, T]` each
    "Cut `batch_size` windows out of `ids` at random places; targets are one place further."
    starts = torch.randint(len(ids) - block_size, (batch_size, 1), generator=generator)  # (B, 1)
    places = starts + torch.arange(block_size)                                           # (B, T)
    return ids[places], ids[places + 1]

def train_short(
    model: nn.Module, # `model(idx, targets)` gives logits and loss
    ids: Tensor, # training text as token ids `[N]`
    block_size: int = 64, # tokens in a window, T
    steps: int = 2000, # batches to learn from
    batch_size: int = 32, # windows in a batch, B
    learning_rate: float = 1e-3, # of AdamW, the same at every step
    seed: int = 1337, # of the batches
) -> list[float]: # loss of each batch
    "Train `model` with the short loop that every chapter of the ground floor uses."
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0)
    generator, losses = torch.Generator().manual_seed(seed), []
    model.train()
    for _ in range(steps):
        idx, targets = get_batch(ids, batch_size, block_size, generator)
        logits, loss = model(idx, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

@torch.no_grad()
def exact_loss(
    model: nn.Module, # `model(idx, targets)` gives logits and loss
    ids: Tensor, # text as token ids `[N]`
    block_size: int = 64, # tokens in a window, T
) -> float: # nats per token
    "Score all `N - 1` targets once, window by window, and return the mean loss."
    was_training, total = model.training, 0.0
    model.eval()
    for i in range(0, len(ids) - 1, block_size):
        targets = ids[i + 1 : i + 1 + block_size]                # the last window may be shorter
        idx = ids[i : i + len(targets)]
        total += model(idx[None], targets[None])[1].item() * len(targets)
    model.train(was_training)
    return total / (len(ids) - 1)

@torch.no_grad()
def write_short(
    model: nn.Module, # `model(idx)` gives logits and None
    ids: list[int], # the prompt as token ids
    length: int, # tokens to write
    block_size: int = 64, # the model sees the last so many tokens
    seed: int = 1337, # of the draws
) -> list[int]: # prompt and what was written
    "Let `model` write: draw the next token from its probabilities, append it, ask again."
    generator, out = torch.Generator().manual_seed(seed), list(ids)
    model.eval()
    for _ in range(length):
        logits, _ = model(torch.tensor([out[-block_size:]]))     # (1, T, V)
        probs = F.softmax(logits[0, -1], dim=-1)                 # (V,)
        out.append(torch.multinomial(probs, 1, generator=generator).item())
    return out
