import math, torch
from dataclasses import dataclass
from torch import Tensor, nn
from torch.nn import functional as F
from .attention import CausalSelfAttention, attend
from .base.errors import UserError, number, require, whole
from .block import MLP, Block
from .embeddings import embed

SIZES = {'gpt2': (12, 12, 768), 'gpt2-medium': (24, 16, 1024),
         'gpt2-large': (36, 20, 1280), 'gpt2-xl': (48, 25, 1600)} # layers, heads, width

@dataclass(frozen=True)
class GPTConfig:
    "The shape of a GPT-2 class model (Radford et al. 2019, table 2)."
    vocab_size: int = 50257 # number of tokens, V
    block_size: int = 1024 # longest sequence, in tokens (context length)
    n_layer: int = 12 # number of blocks
    n_head: int = 12 # attention heads in each block
    n_embd: int = 768 # width C of the residual stream, a multiple of n_head
    dropout: float = 0.0 # probability of dropping an activation while training, in [0, 1)
    bias: bool = True # biases in linear layers and layer norms, as GPT-2 has them
    layer_norm_eps: float = 1e-5 # added to the variance in layer norms

    def __post_init__(self):
        for name in ('vocab_size', 'block_size', 'n_layer', 'n_head', 'n_embd'):
            whole(name, getattr(self, name), low=1)
        require(self.n_embd % self.n_head == 0, 'n_embd', self.n_embd, f'a multiple of n_head, {self.n_head}')
        number('dropout', self.dropout, low=0, high=1)
        require(isinstance(self.bias, bool), 'bias', self.bias, 'True or False')
        number('layer_norm_eps', self.layer_norm_eps, low=1e-30)

    @classmethod
    def preset(cls,
        name: str, # gpt2, gpt2-medium, gpt2-large or gpt2-xl
        **changes, # fields to set otherwise, such as `dropout=0.1`
    ) -> 'GPTConfig':
        "One of the four published sizes."
        require(name in SIZES, 'preset', name, f'one of {", ".join(SIZES)}')
        n_layer, n_head, n_embd = SIZES[name]
        return cls(**dict(n_layer=n_layer, n_head=n_head, n_embd=n_embd) | changes)

@torch.no_grad()
def init_weights(
    model: nn.Module, # its parameters are overwritten; names as in GPT-2
    n_layer: int, # number of blocks
    generator: torch.Generator | None = None, # where the numbers come from; None is torch's global one
):
    "Draw N(0, 0.02), smaller at the ends of residual branches (Radford et al. 2019, 2.3)."
    for name, p in model.named_parameters():
        if name.endswith('bias'): p.zero_()
        elif p.dim() == 1: p.fill_(1)
        elif name.endswith('c_proj.weight'): p.normal_(0, 0.02 / math.sqrt(2 * n_layer), generator=generator)
        else: p.normal_(0, 0.02, generator=generator)

class GPT(nn.Module):
    "GPT-2: embeddings, pre-LN blocks, a last norm, a head that is the token table (Radford et al. 2019)."
    def __init__(self,
        config: GPTConfig, # the shape
    ):
        super().__init__()
        c = self.config = config
        self.wte  = nn.Embedding(c.vocab_size, c.n_embd)
        self.wpe  = nn.Embedding(c.block_size, c.n_embd)
        self.drop = nn.Dropout(c.dropout)
        self.h    = nn.ModuleList(
            Block(c.n_embd, CausalSelfAttention(c.n_embd, c.n_head, c.dropout, c.bias),
                  MLP(c.n_embd, c.dropout, c.bias), c.layer_norm_eps, c.bias)
            for _ in range(c.n_layer))
        self.ln_f = nn.LayerNorm(c.n_embd, c.layer_norm_eps, bias=c.bias)
        init_weights(self, c.n_layer)

    @property
    def head_weight(self) -> Tensor: # `[V, C]`
        "The head's matrix: the token table itself (Press and Wolf 2017)."
        return self.wte.weight

    def hidden(self,
        idx: Tensor, # token ids `[B, T]`, T at most block_size
        pos: Tensor | None = None, # positions `[T]` or `[B, T]`; None for 0, 1, ..., T - 1
        attends=None, # one `attend` for each block; None for plain causal attention
    ) -> Tensor: # `[B, T, C]`
        "Everything before the head."
        T, block_size = idx.size(1), self.config.block_size
        if T > block_size: raise UserError(f'idx has {T} tokens: at most block_size, {block_size}, fit')
        x = self.drop(embed(idx, self.wte, self.wpe, pos))
        for block, look in zip(self.h, attends or [attend] * len(self.h)): x = block(x, look)
        return self.ln_f(x)

    def forward(self,
        idx: Tensor, # token ids `[B, T]`
        targets: Tensor | None = None, # `[B, T]`: what follows each token; -100 is ignored
    ) -> tuple[Tensor, Tensor | None]: # logits `[B, T, V]`; mean loss in nats per target, None without targets
        "Logits of every possible next token at every position."
        logits = self.hidden(idx) @ self.head_weight.T            # (B, T, C) -> (B, T, V)
        if targets is None: return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())  # ignore_index=-100 is the default

    def num_params(self) -> int:
        "Number of parameters."
        return sum(p.numel() for p in self.parameters())
