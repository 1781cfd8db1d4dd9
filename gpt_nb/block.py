from torch import Tensor, nn
from .attention import attend

class MLP(nn.Module):
    "Two linear layers with GELU between, at each position alone (Vaswani et al. 2017, 3.3)."
    def __init__(self,
        n_embd: int, # width C of the residual stream
        dropout: float = 0.0, # on the output, in [0, 1)
        bias: bool = True, # biases on both layers?
        expansion: int = 4, # hidden width in units of C
    ):
        super().__init__()
        self.c_fc    = nn.Linear(n_embd, expansion * n_embd, bias=bias)
        self.gelu    = nn.GELU(approximate='tanh')
        self.c_proj  = nn.Linear(expansion * n_embd, n_embd, bias=bias)
        self.dropout = nn.Dropout(dropout)

    def forward(self,
        x: Tensor, # `[B, T, C]`
    ) -> Tensor: # `[B, T, C]`
        "The same function at every position."
        return self.dropout(self.c_proj(self.gelu(self.c_fc(x))))  # (B, T, C) -> (B, T, 4C) -> (B, T, C)

class Block(nn.Module):
    "Pre-LN block: each sublayer reads a normalized copy and adds (Radford et al. 2019, 2.3)."
    def __init__(self,
        n_embd: int, # width C of the residual stream
        attn: nn.Module, # attention sublayer, `attn(x, attend)`: `[B, T, C] -> [B, T, C]`
        mlp: nn.Module, # feed-forward sublayer, `[B, T, C] -> [B, T, C]`
        layer_norm_eps: float = 1e-5, # added to the variance
        bias: bool = True, # biases in the layer norms?
    ):
        super().__init__()
        self.ln_1 = nn.LayerNorm(n_embd, layer_norm_eps, bias=bias)
        self.attn = attn
        self.ln_2 = nn.LayerNorm(n_embd, layer_norm_eps, bias=bias)
        self.mlp  = mlp

    def forward(self,
        x: Tensor, # `[B, T, C]`
        attend=attend, # for the attention sublayer
    ) -> Tensor: # `[B, T, C]`
        "Add what attention found, then what the MLP made of it."
        x = x + self.attn(self.ln_1(x), attend)
        x = x + self.mlp(self.ln_2(x))
        return x

class PostLNBlock(Block):
    "The order of the first Transformer and of GPT-1: norm after adding (Vaswani et al. 2017, 3.1)."
    def forward(self,
        x: Tensor, # `[B, T, C]`
        attend=attend, # for the attention sublayer
    ) -> Tensor: # `[B, T, C]`
        "Add, then normalize the sum, twice."
        x = self.ln_1(x + self.attn(x, attend))
        x = self.ln_2(x + self.mlp(x))
        return x
