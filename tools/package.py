"""Build the sdist and the wheel into dist/ and check what people would install: `python tools/package.py`.

Their contents (the modules, `py.typed`, the license; no notebook, no data), a fresh virtual environment that the
wheel is installed into and that runs the command, the same wheel
from the sdist, and how long each module takes to import beyond torch. The environment borrows the packages that are
installed here, so that nothing is downloaded.
"""

import shutil, subprocess, sys, sysconfig, tarfile, tempfile, venv, zipfile
from pathlib import Path
from nbdev.config import get_config

cfg = get_config()
root, lib = cfg.config_path, cfg.lib_name


def build(folder):
    "Both, from a copy of the files that git knows: the wheel is made from the sdist, as installers do."
    copy = folder / 'source'
    for name in subprocess.check_output(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard'], cwd=root, text=True
    ).splitlines():
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, copy / name)
    subprocess.check_call(
        [sys.executable, '-m', 'build', '--no-isolation', '--outdir', root / 'dist', copy],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    sdist, wheel = (root / 'dist').glob('*.tar.gz'), (root / 'dist').glob('*.whl')
    return next(sdist), next(wheel)


def contents(sdist, wheel):
    "What must be in them, and what must not."
    inside = set(zipfile.ZipFile(wheel).namelist())
    want = {p.relative_to(root).as_posix() for p in (root / lib).rglob('*.py')} | {f'{lib}/py.typed'}
    info = f'{lib}-{cfg.version}.dist-info/'
    assert {n for n in inside if not n.startswith(info)} == want, {n for n in inside if not n.startswith(info)} ^ want
    assert any(n.startswith(info) and n.endswith('LICENSE') for n in inside), 'the license is missing'
    packed = {n.split('/', 1)[-1] for n in tarfile.open(sdist).getnames()}
    assert want | {'setup.py', 'settings.ini', 'README.md', 'LICENSE'} <= packed, want - packed
    odd = [n for n in packed if n.endswith(('.ipynb', '.bin', '.txt', '.safetensors')) and 'egg-info' not in n]
    assert not odd, f'the sdist holds {odd}'
    for path, names in ((wheel, inside), (sdist, packed)):
        print(f'{path.name}: {len(names)} entries, {path.stat().st_size / 1024:.0f} kB')


def install(wheel, folder):
    "In an environment of its own; its command runs, and it is this wheel that runs."
    venv.create(folder / 'env', with_pip=False)
    python = folder / 'env' / ('Scripts/python.exe' if sys.platform == 'win32' else 'bin/python')
    site = Path(
        subprocess.check_output(
            [python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], text=True
        ).strip()
    )
    subprocess.check_call(
        [
            sys.executable,
            '-m',
            'pip',
            '--python',
            python,
            'install',
            '-q',
            '--no-deps',
            '--no-index',
            '--disable-pip-version-check',
            wheel,
        ]
    )
    (site / 'borrowed.pth').write_text(
        '\n'.join(dict.fromkeys([sysconfig.get_path('purelib'), sysconfig.get_path('platlib')])) + '\n'
    )
    run = lambda *words: subprocess.check_output(words, text=True, cwd=folder, env={'PATH': '/usr/bin:/bin'})
    assert str(site) in run(python, '-c', f'import {lib}; print({lib}.__file__)'), (
        'another copy of the package is imported'
    )
    text = run(python, '-m', lib, '--help')
    assert text == run(python.with_name('gpt-nb'), '--help') and 'gpt-nb COMMAND' in text, text
    print(f'installed from the wheel: `python -m {lib} --help` and `gpt-nb --help` agree')
    return python


def import_times(python, folder):
    "Processor seconds to import a module in a process of its own, after torch; the smallest of three."

    def seconds(words):
        code = f'import time; import torch; t = time.process_time(); {words}; print(time.process_time() - t)'
        return min(float(subprocess.check_output([python, '-c', code], text=True, cwd=folder)) for _ in range(3))

    times = {
        m: seconds(f'import {lib}.{m}') for m in ('model', 'cli')
    }  # the heart, and the module that imports nearly all others
    print('import beyond torch: ' + ', '.join(f'{m} {t:.2f} s' for m, t in times.items()))


def main():
    shutil.rmtree(root / 'dist', ignore_errors=True)
    with tempfile.TemporaryDirectory() as d:
        folder = Path(d)
        sdist, wheel = build(folder)
        contents(sdist, wheel)
        python = install(wheel, folder)
        import_times(python, folder)


if __name__ == '__main__':
    main()
