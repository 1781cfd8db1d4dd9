"""A GPT from scratch that you can read and use: `from gpt_nb import GPT, Trainer, generate`.

Every name below is imported when it is first used, so that `import gpt_nb` itself takes no time.
"""
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# name -> the module of the package that holds it
_HOME = {
    'UserError': 'base.errors',
    'load_text': 'corpus', 'split_text': 'corpus',
    'Tokenizer': 'tokenizer', 'CharTokenizer': 'tokenizer', 'BPETokenizer': 'tokenizer',
    'GPT2Tokenizer': 'tokenizer', 'load_tokenizer': 'tokenizer',
    'TokenData': 'data',
    'GPT': 'model', 'GPTConfig': 'model',
    'TrainConfig': 'trainer', 'RunConfig': 'trainer', 'Trainer': 'trainer', 'train_run': 'trainer', 'evaluate': 'trainer',
    'SamplingConfig': 'sampler', 'generate': 'sampler', 'complete': 'sampler', 'stream': 'sampler',
    'speed_up': 'bench',
    'from_pretrained': 'pretrained', 'save_pretrained': 'pretrained',
}
__all__ = ['__version__', *_HOME]

if TYPE_CHECKING:  # what editors and type checkers read instead of the function below
    pass


def __getattr__(name):
    "Import the module that holds `name`, once, at its first use."
    if name not in _HOME: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    value = getattr(import_module(f'.{_HOME[name]}', __name__), name)
    globals()[name] = value
    return value


def __dir__(): return sorted({*globals(), *__all__})
