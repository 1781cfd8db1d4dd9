"""A GPT from scratch that you can read and use: `from gpt_nb import GPT, Trainer, generate`.

Every name below is imported when it is first used, so that `import gpt_nb` itself takes no time.
"""
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.2.0"

# module of the package -> what it gives to the front door
_ROOMS = {
    'base.errors': ['UserError'],
    'data.corpus': ['load_text', 'split_text'],
    'data.tokenizer': ['Tokenizer', 'CharTokenizer'],
    'data.bpe': ['BPETokenizer', 'GPT2Tokenizer'],
    'data.tokenizer_files': ['load_tokenizer'],
    'data.shards': ['TokenData'],
    'model': ['GPT', 'GPTConfig'],
    'modern.decoder': ['Decoder', 'DecoderConfig'],
    'weights.hub': ['from_pretrained', 'save_pretrained'],
    'sample.settings': ['SamplingConfig'],
    'sample.generation': ['generate'],
    'sample.writing': ['complete', 'stream'],
    'sample.fast': ['speed_up'],
    'sample.speculative': ['speculate'],
    'train.settings': ['TrainConfig'],
    'train.evaluation': ['evaluate'],
    'train.trainer': ['Trainer'],
    'train.recipes': ['RunConfig', 'train_run'],
    'eval.plan': ['plan'],
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = [*_ROOM_OF]

if TYPE_CHECKING:  # editors and type checkers read these lines instead of the function below
    from .base.errors import UserError
    from .data.bpe import BPETokenizer, GPT2Tokenizer
    from .data.corpus import load_text, split_text
    from .data.shards import TokenData
    from .data.tokenizer import CharTokenizer, Tokenizer
    from .data.tokenizer_files import load_tokenizer
    from .eval.plan import plan
    from .model import GPT, GPTConfig
    from .modern.decoder import Decoder, DecoderConfig
    from .sample.fast import speed_up
    from .sample.generation import generate
    from .sample.settings import SamplingConfig
    from .sample.speculative import speculate
    from .sample.writing import complete, stream
    from .train.evaluation import evaluate
    from .train.recipes import RunConfig, train_run
    from .train.settings import TrainConfig
    from .train.trainer import Trainer
    from .weights.hub import from_pretrained, save_pretrained


def __getattr__(name):
    "Import the room that holds `name`, at its first use."
    if name not in _ROOM_OF: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(import_module(f'.{_ROOM_OF[name]}', __name__), name)
    globals()[name] = import_module('.base.comments', __name__).with_comments(value)   # for help()
    return value


def __dir__(): return sorted({*globals(), *__all__})
