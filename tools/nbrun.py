"""Run notebooks top to bottom in a real kernel, store their outputs, clean and export them.

python tools/nbrun.py nbs/04_attention.ipynb [--slow] [--long] [--cuda]

Cells flagged `slow`, `long` or `cuda` run only when asked for, and else keep the outputs they have.
"""

import os, sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient
from nbdev.clean import nbdev_clean
from nbdev.config import get_config
from nbdev.export import nb_export
from models import PATH
from nbdev.process import extract_directives

LONG = {'slow', 'long', 'cuda'}
WIDGET = 'application/vnd.jupyter.widget-view+json'


def run(fn, force=()):
    nb, skip = nbformat.read(fn, 4), LONG - set(force)
    for c in nb.cells:
        d = extract_directives(c, remove=False) if c.cell_type == 'code' else {}
        if skip & d.keys() or d.get('eval:', [''])[0].lower() == 'false':
            c.metadata.tags = ['skip-execution']
        elif c.cell_type == 'code':
            c.outputs = []
    os.environ.setdefault('GPT_NB_SMOLLM', str(PATH))
    os.environ.pop('MPLBACKEND', None)  # a backend that the shell asks for would leave the figures out
    NotebookClient(nb, timeout=7200, resources={'metadata': {'path': Path(fn).parent}}).execute()
    nb.metadata.pop('widgets', None)  # a progress bar means nothing without its kernel
    for c in nb.cells:
        if c.cell_type == 'code':
            c.outputs = [o for o in c.outputs if WIDGET not in o.get('data', {})]
    nbformat.write(nb, fn)
    nbdev_clean(str(fn))  # also drops the tags set above


if __name__ == '__main__':
    if sys.flags.optimize:
        sys.exit('the cells check themselves with asserts, and -O or PYTHONOPTIMIZE removes them: run without it')
    flags = [a[2:] for a in sys.argv[1:] if a.startswith('--')]
    names = [a for a in sys.argv[1:] if not a.startswith('--')]
    if not names or set(flags) - LONG:
        sys.exit(__doc__)
    for fn in names:
        nb_export(fn, get_config().lib_path)  # first, so that the chapter's own module is the one it imports
        run(fn, flags)
