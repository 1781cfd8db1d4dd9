"""The order of the book: its parts, and the notebooks of each in reading order.

The one place that says it; tools/home.py, tools/docs.py and the index follow.
"""

import json, re
from pathlib import Path

PARTS = {  # part -> what it is, and its notebooks in nbs/
    'Ground floor': (
        'a GPT in one sitting',
        [
            '00_bigram',
            '01_tokens',
            '02_batches',
            '03_embeddings',
            '04_attention',
            '05_block',
            '06_model',
            '07_training',
            '08_sampling',
            '09_ladder',
        ],
    ),
    'First steps': ('for a reader in a hurry', ['tutorial']),
    'Modern': (
        'what came after GPT-2',
        [
            'modern/rotary',
            'modern/grouped',
            'modern/gated',
            'modern/norm',
            'modern/window',
            'modern/small',
            'modern/decoder',
            'modern/lora',
        ],
    ),
    'Base': (
        'errors, files, devices',
        ['base/errors', 'base/files', 'base/device', 'base/cores', 'base/show', 'base/comments'],
    ),
    'Data': (
        'from a text to batches',
        [
            'data/reading',
            'data/corpus',
            'data/tokenizer',
            'data/bpe',
            'data/published',
            'data/sentencepiece',
            'data/tokenizer_files',
            'data/messages',
            'data/shards',
            'data/windows',
            'data/prepared',
            'data/source',
            'data/fineweb',
        ],
    ),
    'Weights': (
        'models on disk, in and out',
        [
            'weights/tensors',
            'weights/layouts',
            'weights/llama',
            'weights/gguf',
            'weights/gguf_model',
            'weights/stories',
            'weights/kinds',
            'weights/hub',
            'weights/export',
        ],
    ),
    'Sample': (
        'writing, fast and exactly',
        [
            'sample/settings',
            'sample/cache',
            'sample/generation',
            'sample/writing',
            'sample/kernels',
            'sample/fast',
            'sample/speculative',
        ],
    ),
    'Train': (
        'runs that survive',
        [
            'train/settings',
            'train/muon',
            'train/loss',
            'train/memory',
            'train/flops',
            'train/processes',
            'train/evaluation',
            'train/state',
            'train/ownership',
            'train/checkpoints',
            'train/metrics',
            'train/run_folder',
            'train/saver',
            'train/guards',
            'train/logs',
            'train/recorder',
            'train/resume',
            'train/trainer',
            'train/recipes',
            'train/minutes',
            'train/runs',
            'train/distributed',
            'train/faults',
            'train/finetune',
        ],
    ),
    'Evaluate': (
        'what a model knows, and how fast it is',
        [
            'eval/text',
            'eval/tasks',
            'eval/report',
            'eval/maps',
            'eval/lens',
            'eval/lab',
            'eval/ladder',
            'eval/growth',
            'eval/scaling',
            'eval/plan',
            'eval/timing',
            'eval/bench_training',
            'eval/bench_start',
            'eval/bench',
        ],
    ),
    'Command': (
        'gpt-nb, a room a command',
        [
            'cli/command',
            'cli/options',
            'cli/train',
            'cli/config',
            'cli/sample',
            'cli/session',
            'cli/chat',
            'cli/plan',
            'cli/prepare',
            'cli/runs',
            'cli/info',
            'cli/tools',
        ],
    ),
    'Chat': ('talking to a model', ['chat/conversation']),
}
OLD_PAGES = {  # page of the first edition -> where its subject is now
    'corpus': 'data/corpus',
    'tokenizer': 'data/tokenizer',
    'data': 'data/windows',
    'fineweb': 'data/fineweb',
    'sampler': 'sample/generation',
    'checkpoint': 'train/run_folder',
    'device': 'base/device',
    'trainer': 'train/trainer',
    'distributed': 'train/distributed',
    'faults': 'train/faults',
    'finetune': 'train/finetune',
    'pretrained': 'weights/hub',
    'evaluate': 'eval/text',
    'inspect': 'eval/maps',
    'bench': 'eval/bench',
    'cli': 'cli/command',
}


def chapters():
    return [name for _, names in PARTS.values() for name in names]


def check(nbs):
    "Every notebook has its place, and every place its notebook; says which have not."
    files = [p.relative_to(nbs) for p in nbs.rglob('*.ipynb')]
    there = {p.with_suffix('').as_posix() for p in files if not any(part.startswith('.') for part in p.parts)}
    listed = chapters()
    gone = [f'{n} is in tools/book.py and not in nbs/' for n in listed if n not in there]
    return gone + [f'{n} is in nbs/ and not in tools/book.py' for n in sorted(there - {*listed, 'index'})]


def place(name):
    "The part of a chapter, its number there, and how many there are."
    for part, (_, names) in PARTS.items():
        if name in names:
            return part, names.index(name) + 1, len(names)
    return None


def title(nbs, name):
    "A chapter's title, as its first cell says it."
    for c in json.loads((nbs / f'{name}.ipynb').read_text(encoding='utf-8'))['cells']:
        found = re.search(r'^# (.+)$', ''.join(c['source']), re.M) if c['cell_type'] == 'markdown' else None
        if found:
            return found[1]
    return name


def subtitle(nbs, name):
    "The line below a chapter's title."
    for c in json.loads((nbs / f'{name}.ipynb').read_text(encoding='utf-8'))['cells']:
        found = re.search(r'^> (.+)$', ''.join(c['source']), re.M) if c['cell_type'] == 'markdown' else None
        if found:
            return found[1].replace('|', '\\|')
    return ''


def label(nbs, name):
    "What a link to a chapter says: on the ground floor with its number."
    number = re.match(r'(\d\d)_', name)
    return (number[1] + ' ' if number else '') + title(nbs, name)


def beside(name):
    "The chapters before and after, across the parts; None at the ends."
    names = chapters()
    i = names.index(name)
    return names[i - 1] if i else None, names[i + 1] if i + 1 < len(names) else None
