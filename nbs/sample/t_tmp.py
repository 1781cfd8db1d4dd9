from gpt_nb.base.errors import UserError
from gpt_nb.sample.fast import *
from gpt_nb.sample.fast import nn,F,torch,Tensor
import time

#| hide
# Is the package there?
import importlib.util
if not all(map(importlib.util.find_spec, ['gpt_nb', 'fastcore'])):
    raise ModuleNotFoundError(
        'gpt_nb or fastcore is not installed: in a copy of the project '
        'run `pip install ".[dev]"`, then restart the kernel')



#| hide
import os
import subprocess
import sys
import matplotlib.pyplot as plt
from unittest.mock import patch
from fastcore.test import test_close, test_eq, test_fail
from gpt_nb.base.device import machine, read_bandwidth
from gpt_nb.base.errors import ConfigError
from gpt_nb.base.show import load_stair
from gpt_nb.data.corpus import load_text, split_text
from gpt_nb.data.shards import TokenData
from gpt_nb.data.tokenizer import CharTokenizer
from gpt_nb.model import GPT, GPTConfig
from gpt_nb.sample.generation import generate, logits_at, new_cache
from gpt_nb.sample.writing import complete, stream
from gpt_nb.train.evaluation import evaluate
from gpt_nb.train.flops import matmul_params
torch.set_num_threads(1)  # the models of the tests are too small for a second core to help



for name in ('gpt2', 'gpt2-medium', 'gpt2-large', 'gpt2-xl'):
    n = sum(matmul_params(GPTConfig.preset(name)).values())
    widths = {'float32': 32, 'bfloat16': 16, 'int8': 8.5, 'int4': 4.5}   # bits a weight, scales included
    sizes = '   '.join(f'{kind} {n * width / 8e6:5.0f}' for kind, width in widths.items())
    print(f'{name:12} {n / 1e6:7.1f} million weights in products   MB: {sizes}')



g = torch.Generator().manual_seed(1337)
linear = nn.Linear(10, 7)
with torch.no_grad():
    for kind in (PlainLinear, TurnedLinear, BFloat16Linear):
        layer = kind(linear.weight, linear.bias)
        for shape in ((10,), (2, 10), (2, 3, 10)):
            v = torch.randn(shape, generator=g)
            off = (layer(v) - linear(v)).abs().max()
            assert layer(v).shape == linear(v).shape and off < (0.05 if kind is BFloat16Linear else 1e-5)
        print(f'{kind.__name__:14} differs from nn.Linear by {off:.0e}')
assert PlainLinear(linear.weight).weight is linear.weight            # shared, not copied



for kind, names in WEIGHTS.items(): print(f'{kind:9}', ', '.join(names))



for count, seconds in time_forms([(torch.randn(256, 512), None)], WEIGHTS['int8'], (1, 16)).items():
    print(f'{count:2} vectors, µs:', ', '.join(f'{name} {s * 1e6:.0f}' for name, s in seconds.items()))
    print('   chosen:', fastest(seconds))
test_eq(fastest({'plain': 1.0, 'turned': 1.1}), 'plain')
test_eq(fastest({'plain': 1.0, 'turned': 0.99}), 'plain')            # no gain that could be told from noise
test_eq(fastest({'plain': 1.0, 'turned': 0.5, 'int8 kernel': 0.4}), 'int8 kernel')



layer = ChosenLinear(linear.weight, linear.bias, {1: 'turned', 16: 'plain'})
for count in (1, 2, 16, 17): print(count, type(layer.pick(count)).__name__)
with torch.no_grad(): test_close(layer(v), linear(v), eps=1e-5)
test_eq([type(layer.pick(n)) for n in (1, 2, 17)], [TurnedLinear, PlainLinear, PlainLinear])



torch.manual_seed(0)
shape = GPTConfig(vocab_size=1100, block_size=48, n_layer=2, n_head=2, n_embd=24)
model = GPT(shape).eval()
for p in model.parameters(): p.data.mul_(3)                          # so that the next token is no matter of rounding
twin = swap_linear(model, lambda m: TurnedLinear(m.weight, m.bias))
print(type(model.h[0].mlp.c_fc).__name__, 'became', type(twin.h[0].mlp.c_fc).__name__)
assert twin.wte.weight is model.wte.weight and twin.h[0].mlp.c_fc.weight is model.h[0].mlp.c_fc.weight
idx = torch.randint(1100, (3, 48), generator=g)
with torch.no_grad(): test_close(twin(idx)[0], model(idx)[0], eps=1e-4)



for shape_, by_count in choose_forms(model, WEIGHTS['auto']).items(): print(shape_, by_count)
with patch(f'{choose_forms.__module__}.build', return_value=None):   # no compiler
    names = {name for by_count in choose_forms(model, WEIGHTS['int8']).values() for name in by_count.values()}
assert names <= {'plain', 'turned'}



fast = speed_up(model, 'int8')
fast



prompt = torch.randint(1100, (1, 5), generator=g)
want = generate(model, prompt, 80, seed=1)
for form in EXACT:
    got = generate(speed_up(model, form=form), prompt, 80, seed=1)
    print(f'{form:15}', got[0, 5:20].tolist())
    assert torch.equal(got, want)



class OwnHead(GPT):
    "A GPT whose head is no longer its token table."
    @property
    def head_weight(self): return self.head

def rounded(fast, model):
    "A plain GPT with the matrices that a fast one stands for."
    plain = OwnHead(model.config).eval()
    plain.load_state_dict(model.state_dict())
    for (name, a), b in zip(plain.named_modules(), fast.gpt.modules()):
        if isinstance(a, nn.Linear): a.weight = nn.Parameter(b.weight.detach().float().clone())
    plain.head = nn.Parameter(fast.head.weight.detach().float().clone())
    return plain

def off_by_step(fast, idx, n):
    "Largest difference between logits of a whole text and logits that came one by one after a prompt of n tokens."
    cache, first = new_cache(fast, len(idx), 48), torch.zeros(len(idx), dtype=torch.long)
    with torch.inference_mode():
        whole = fast(idx)[0]
        found = [(logits_at(fast, idx[:, :n], first + n - 1, cache) - whole[:, n - 1]).abs().max()]
        for t in range(n, idx.size(1)):
            found.append((logits_at(fast, idx[:, t:t + 1], first, cache) - whole[:, t]).abs().max())
    return max(found).item()

for form in FORMS:
    fast = speed_up(model, form=form)
    plain = rounded(fast, model)
    with torch.no_grad():
        far, off = [(fast(idx)[0] - m(idx)[0]).abs().max().item() for m in (model, plain)]
    by_step = max(off_by_step(fast, idx[:B], n) for B, n in ((1, 1), (1, 20), (3, 7)))
    print(f'{form:16} from the original {far:.4f}, from its own weights {off:.4f}, one by one {by_step:.0e}')
    assert off < (1e-3 if form in (*EXACT, 'bfloat16 kernel') else 0.5)
    assert by_step < (1e-3 if form != 'bfloat16 library' else 0.5)



count = []
def counting(graph, inputs):
    count.append(len(inputs))
    return graph.forward

fast = speed_up(model, backend=counting)
for n, new in ((1, 3), (5, 10), (5, 43), (30, 40)):
    generate(fast, torch.randint(1100, (1, n), generator=g), new, temperature=0)
print('four texts, one at a time:', len(count), 'graph')
assert len(count) == 1
generate(fast, idx[:, :4], 6, temperature=0)
print('a batch of three:         ', len(count), 'graphs')
test_eq(len(count), 2)
count.clear()
for k in range(1, 11):
    other = GPT(GPTConfig(vocab_size=1100, block_size=48, n_layer=1, n_head=1, n_embd=2 * k)).eval()
    generate(speed_up(other, backend=counting), prompt, 3, temperature=0)
print('ten shapes:               ', len(count), 'graphs')
test_eq(len(count), 10)



for wrong in (lambda: speed_up(model, 'int3'), lambda: fast.to(torch.float64), lambda: speed_up(model, form='fast')):
    try: wrong()
    except UserError as e: print(e)
    else: raise AssertionError('must be refused')
test_fail(lambda: speed_up(model, 'int3'), exc=ConfigError, contains='one of float32, bfloat16, int8, int4, auto')



weights, stair, characters = load_stair('../results/stair.safetensors')
tok = CharTokenizer.train(characters)
small = GPT(GPTConfig(**stair)).eval()
small.load_state_dict(weights)
begin = torch.tensor([tok.encode('\n')]).repeat(64, 1)
own = generate(small, begin, small.config.block_size - 1, seed=1337)           # (64, T)

def divergence(fast, model, idx):
    "Mean KL divergence of the next-token distributions, in nats."
    with torch.no_grad(): p, q = (m(idx)[0].double().log_softmax(-1) for m in (model, fast))
    return F.kl_div(q.flatten(0, 1), p.flatten(0, 1), reduction='batchmean', log_target=True).item()

far = {form: divergence(speed_up(small, form=form), small, own) for form in FORMS}
for form, kl in far.items(): print(f'{form:16} {kl:.1e} nats')
assert max(far[form] for form in EXACT) < 1e-9 and far['int8 kernel'] < 1e-3 and far['int4 kernel'] < 0.1



#| shakespeare
val = TokenData(tok.encode_array(split_text(load_text('shakespeare'), 0.1)[1][:20_001]))
base = evaluate(small, val)
for form in FORMS:
    change = evaluate(speed_up(small, form=form), val) - base
    print(f'{form:16} validation loss {base + change:.4f}, change {change:+.5f}')
    assert abs(change) < (1e-5 if form in EXACT else 0.01 if form != 'int4 kernel' else 0.1)



fast = speed_up(small, form='int8 kernel')
written = complete(fast, tok, 'ROMEO:\n', max_new_tokens=120, temperature=0.7, seed=3)
test_eq(''.join(stream(fast, tok, 'ROMEO:\n', max_new_tokens=120, temperature=0.7, seed=3)), written)
print('ROMEO:\n' + written)



BENCH = '''
import statistics, time, torch
from gpt_nb.base.device import machine, read_bandwidth
from gpt_nb.model import GPT, GPTConfig
from gpt_nb.sample.fast import WEIGHTS, speed_up
from gpt_nb.sample.generation import generate

torch.set_num_threads(THREADS)
torch.manual_seed(0)
model = GPT(GPTConfig.preset("gpt2") if FULL else GPTConfig(99, 64, 2, 2, 32)).eval()
bandwidth = []
def read(): bandwidth.append(read_bandwidth("cpu", 2**28 if FULL else 2**20, 0.3 if FULL else 0.01).median)

start = time.perf_counter()
models = {"plain": model} | {weights: speed_up(model, weights) for weights in WEIGHTS}
chose = time.perf_counter() - start
rates = {}
for B, new in ((1, 48), (16, 16)) if FULL else ((1, 3), (16, 3)):
    idx = torch.randint(model.config.vocab_size, (B, 16))
    for r in range(-1, 5):
        read()
        for name, m in models.items():
            start = time.perf_counter()
            generate(m, idx, new, temperature=0)
            if r >= 0: rates.setdefault((B, name), []).append(B * new / (time.perf_counter() - start))
size = models["float32"].read_bytes()
print(machine("cpu") + ", as " + torch.backends.cpu.get_cpu_capability())
print(f"reading memory: best {max(bandwidth) / 1e9:.1f} GB/s, median {statistics.median(bandwidth) / 1e9:.1f}; "
      f"chosen in {chose:.0f} s")
print(f"{'texts':>5} {'':9} {'tokens/s':>9} {'from':>8} {'to':>8} {'to plain':>9} {'to float32':>11} {'of limit':>9}")
for (B, name), found in rates.items():
    speed = statistics.median(found)
    size = model.num_params() * 4 if name == "plain" else models[name].read_bytes()
    to_plain, to_fast = (speed / statistics.median(rates[B, other]) for other in ("plain", "float32"))
    line = f"{B:5} {name:9} {speed:9.1f} {min(found):8.1f} {max(found):8.1f} {to_plain:9.2f} {to_fast:11.2f}"
    print(line + (f" {speed * size / max(bandwidth):9.0%}" if B == 1 else ""))
if FULL and CHOSEN: print(*(f"{name}: {models[name]!r}" for name in WEIGHTS), sep="\\n")
'''

def bench(level='', full=True, chosen=False, threads=2):
    "Run the comparison in a process of its own, compiled for fewer instructions where `level` says so."
    settings = f'FULL, CHOSEN, THREADS = {full}, {chosen}, {threads}'
    env = os.environ | {'ATEN_CPU_CAPABILITY': level, 'OMP_NUM_THREADS': str(threads)}
    if not level: env.pop('ATEN_CPU_CAPABILITY')
    run = subprocess.run([sys.executable, '-c', f'{settings}\n{BENCH}'], env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout

assert all(name in bench(full=False, threads=1) for name in WEIGHTS)  # the small twin, without figures

