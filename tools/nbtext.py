"""Notebooks as text: edit a chapter in any editor, keep its cell ids and outputs.

python tools/nbtext.py out nbs/04_attention.ipynb     writes text/04_attention.py (percent format)
python tools/nbtext.py in nbs/04_attention.ipynb      takes text/04_attention.py back into the notebook
"""

import subprocess, sys
from pathlib import Path


def text_of(nb):
    "text/ mirrors nbs/, with its folders."
    nb = Path(nb).resolve()
    nbs = next(p for p in nb.parents if p.name == 'nbs')
    return nbs.parent / 'text' / nb.relative_to(nbs).with_suffix('.py')


def out(nb):
    "Notebook to text."
    text_of(nb).parent.mkdir(parents=True, exist_ok=True)
    subprocess.check_call(['jupytext', '-q', '--to', 'py:percent', '-o', str(text_of(nb)), str(nb)])


def into(nb):
    "Text to notebook; without `--update` every cell would get a new id."
    update = ['--update'] if Path(nb).exists() else []
    subprocess.check_call(['jupytext', '-q', *update, '--to', 'ipynb', '-o', str(nb), str(text_of(nb))])


if __name__ == '__main__':
    if len(sys.argv) < 3 or sys.argv[1] not in ('out', 'in'):
        sys.exit(__doc__)
    for nb in sys.argv[2:]:
        (out if sys.argv[1] == 'out' else into)(nb)
