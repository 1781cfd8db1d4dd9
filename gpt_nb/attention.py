import math, torch
from torch import Tensor, nn
from torch.nn import functional as F

def causal_mask(
    T: int, # number of positions
    device: torch.device | str | None = None, # where to make it
) -> Tensor: # bool `[T, T]`, True where a query (row) must not look at a key (column)
    "Mark the strict upper triangle: position i may look at 0 to i (Vaswani et al. 2017, 3.2.3)."
    return torch.ones(T, T, dtype=torch.bool, device=device).triu(1)

class Head(nn.Module):
    "One head of masked, scaled dot-product self-attention (Vaswani et al. 2017, equation 1)."
    def __init__(self,
        n_embd: int, # width C of a position's vector
        head_size: int, # width hs of query, key and value
        dropout: float = 0.0, # probability of dropping an attention weight, in [0, 1)
        bias: bool = False, # biases on the three projections?
    ):
        super().__init__()
        self.query = nn.Linear(n_embd, head_size, bias=bias)
        self.key   = nn.Linear(n_embd, head_size, bias=bias)
        self.value = nn.Linear(n_embd, head_size, bias=bias)
        self.dropout = nn.Dropout(dropout)

    def weights(self,
        x: Tensor, # `[B, T, C]`
    ) -> Tensor: # `[B, T, T]`, each row a distribution over the positions up to its own
        "Attention weights: softmax of the masked, scaled scores."
        q, k = self.query(x), self.key(x)                         # (B, T, hs) each
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))  # (B, T, T)
        scores = scores.masked_fill(causal_mask(x.size(1), x.device), -math.inf)
        return scores.softmax(-1)                                 # (B, T, T)

    def forward(self,
        x: Tensor, # `[B, T, C]`
    ) -> Tensor: # `[B, T, hs]`
        "Each position's weighted mean of the values up to its own."
        return self.dropout(self.weights(x)) @ self.value(x)      # (B, T, T) @ (B, T, hs)

class MultiHeadAttention(nn.Module):
    "Several `Head`s side by side, concatenated and projected (Vaswani et al. 2017, 3.2.2)."
    def __init__(self,
        n_embd: int, # width C of a position's vector, a multiple of n_head
        n_head: int, # number of heads; each is C / n_head wide
        dropout: float = 0.0, # on attention weights and on the output, in [0, 1)
        bias: bool = True, # bias on the output projection?
        qkv_bias: bool = False, # biases on query, key and value?
    ):
        super().__init__()
        head_size = n_embd // n_head
        self.heads = nn.ModuleList(Head(n_embd, head_size, dropout, qkv_bias)
                                   for _ in range(n_head))
        self.c_proj = nn.Linear(n_embd, n_embd, bias=bias)
        self.resid_dropout = nn.Dropout(dropout)

    def forward(self,
        x: Tensor, # `[B, T, C]`
    ) -> Tensor: # `[B, T, C]`
        "Run each head on all of `x`, join their outputs, mix them."
        y = torch.cat([head(x) for head in self.heads], dim=-1)   # nh of (B, T, hs) -> (B, T, C)
        return self.resid_dropout(self.c_proj(y))

def attend(
    q: Tensor, # queries `[B, nh, T, hs]`
    k: Tensor, # keys `[B, nh, T, hs]`
    v: Tensor, # values `[B, nh, T, hs]`
    dropout: float = 0.0, # probability of dropping an attention weight, in [0, 1)
) -> Tensor: # `[B, nh, T, hs]`
    "Causal attention of all heads at once, in one fused kernel (Dao et al. 2022)."
    return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)

class CausalSelfAttention(nn.Module):
    "All heads from one product, as GPT-2 lays them out."
    def __init__(self,
        n_embd: int, # width C of a position's vector, a multiple of n_head
        n_head: int, # number of heads; each is C / n_head wide
        dropout: float = 0.0, # on attention weights and on the output, in [0, 1)
        bias: bool = True, # biases on both projections?
    ):
        super().__init__()
        self.n_head = n_head
        self.dropout = dropout
        self.c_attn = nn.Linear(n_embd, 3 * n_embd, bias=bias)    # query, key, value of every head
        self.c_proj = nn.Linear(n_embd, n_embd, bias=bias)
        self.resid_dropout = nn.Dropout(dropout)

    def forward(self,
        x: Tensor, # `[B, T, C]`
        attend=attend, # `attend(q, k, v, dropout=p)`: how positions look at each other
    ) -> Tensor: # `[B, T, C]`
        "Attention of all heads at once, joined and mixed."
        B, T, C = x.shape
        q, k, v = self.c_attn(x).split(C, dim=2)                  # (B, T, 3C) -> three of (B, T, C)
        q, k, v = [t.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
                   for t in (q, k, v)]                            # (B, nh, T, hs) each
        y = attend(q, k, v, dropout=self.dropout if self.training else 0.0)
        y = y.transpose(1, 2).reshape(B, T, C)                    # (B, nh, T, hs) -> (B, T, C)
        return self.resid_dropout(self.c_proj(y))
