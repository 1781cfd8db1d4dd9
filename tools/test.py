"""Run every chapter's tests, as `nbdev_test` does, and end with a line of counts (the unit is a chapter).

python tools/test.py [--slow] [--long] [--cuda] [nbs/04_attention.ipynb ...]

Cells flagged `shakespeare`, `tiktoken` or `stories` need a file that is downloaded once, those flagged `smollm` the
one that tools/models.py fetches, those flagged `datasets` an optional package. Where it cannot be had they are left
out, and their chapter counts as skipped (in part). Cells flagged `slow` (minutes), `long` (more than ten) or `cuda`
run only when asked for.
Python's -O and PYTHONOPTIMIZE are refused: they remove every assert, and all chapters would pass.
"""

import os, subprocess, sys
from pathlib import Path
from fastcore.parallel import parallel
from fastcore.xtras import working_directory
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from models import PATH
from nbdev.process import NBProcessor
from nbdev.test import test_nb

NEEDS = {'shakespeare': ('tiny Shakespeare', "from gpt_nb import load_text; load_text('shakespeare')"),
         'tiktoken': ("GPT-2's BPE files", "from gpt_nb import GPT2Tokenizer; GPT2Tokenizer()"),
         'datasets': ('the datasets package', 'import datasets, pyarrow'),
         'stories': ('the story model', 'from gpt_nb.weights.stories import stories; stories()'),
         'smollm': ('SmolLM2', "import os; open(os.environ['GPT_NB_SMOLLM'])")}

def to_be_had(code):
    "Can this be done here? Tried once, in a process of its own, for at most a minute."
    try:
        return subprocess.run([sys.executable, '-c', code], capture_output=True, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def flags_of(fn):
    "All directives of a notebook's cells."
    cells = NBProcessor(fn, process=True).nb.cells
    return {k for c in cells if c.cell_type == 'code' for k in getattr(c, 'directives_', {})}


def main(args):
    if sys.flags.optimize:
        sys.exit('tests are asserts, and -O or PYTHONOPTIMIZE removes them: run without it')
    cfg, asked = get_config(), {a[2:] for a in args if a.startswith('--')}
    if asked - {'slow', 'long', 'cuda'}:
        sys.exit(__doc__)
    os.chdir(cfg.config_path)
    files = [Path(a).absolute() for a in args if not a.startswith('--')] or [
        f.absolute() for f in sorted(nbglob(as_path=True))
    ]
    os.environ.setdefault('GPT_NB_SMOLLM', str(PATH))
    had = {k for k, (_, code) in NEEDS.items() if to_be_had(code)}
    if 'shakespeare' not in had:
        os.environ['GPT_NB_OFFLINE'] = '1'  # asked once; the chapters need not wait again
    os.environ.setdefault('MPLBACKEND', 'agg')
    workers = max(1, min(8, os.cpu_count() or 1, len(files)))
    os.environ.setdefault('OMP_NUM_THREADS', str(max(1, (os.cpu_count() or 1) // workers)))
    with working_directory(cfg.nbs_path):
        results = parallel(
            test_nb,
            files,
            skip_flags=cfg.tst_flags.split(),
            force_flags=asked | had,
            n_workers=workers,
            basepath=cfg.config_path,
            pause=0.01,
        )
    counts = dict(passed=0, failed=0, skipped=0)
    for fn, (ok, seconds) in zip(files, results):
        lacking = [what for k, (what, _) in NEEDS.items() if k not in had and k in flags_of(fn)]
        kind = 'failed' if not ok else 'skipped' if lacking else 'passed'
        counts[kind] += 1
        print(
            f'{kind:8}{seconds:7.1f}s  {fn.relative_to(cfg.nbs_path)}'
            + (f'  (in part: needs {", ".join(lacking)})' if lacking else '')
        )
    print(', '.join(f'{n} {k}' for k, n in counts.items() if n or k != 'skipped'), flush=True)
    return 0 if not counts['failed'] and counts['passed'] + counts['skipped'] else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
