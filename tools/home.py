"""Make everything that names the project's public home follow settings.ini, and the line of links in each chapter
follow tools/book.py.

python tools/home.py                       bring the notebooks in line with both
python tools/home.py --user U [--repo R]   the project now lives at github.com/U/R: links and install lines appear
python tools/home.py --none                there is no public home: links and install lines vanish

Then `make sync` carries it on into the package index and README.md. `--root DIR` works on another checkout.
"""

import argparse, json, os, re
from configparser import ConfigParser
from pathlib import Path
import book

MARK = '# Is the package there?'
DEV = ('fastcore', 'hypothesis')  # of the extra `dev`: what chapters import and Colab lacks


def settings(root):
    ini = ConfigParser(delimiters=['='])
    ini.read(root / 'settings.ini', encoding='utf-8')
    return ini['DEFAULT']


def set_home(root, user, repo):
    "Write the home (or, with `user` None, that there is none) into settings.ini, leaving its other lines alone."
    new = {
        'public_home': 'yes' if user else 'no',
        'user': user or 'unset',
        'git_url': 'https://github.com/%(user)s/%(repo)s' if user else '',
        'doc_host': 'https://%(user)s.github.io' if user else '',
    }
    if repo:
        new |= {'repo': repo, 'doc_baseurl': f'/{repo}/'}
    text = (root / 'settings.ini').read_text(encoding='utf-8')
    for k, v in new.items():
        text = re.sub(rf'^{k} =.*$', f'{k} = {v}'.rstrip(), text, flags=re.M)
    (root / 'settings.ini').write_text(text, encoding='utf-8')


def install_cell(cfg, cells):
    """Source of the cell that every chapter begins with: the package, and the extra `dev` where the chapter
    imports from it."""
    code = ''.join(''.join(c['source']) + '\n' for c in cells if c['cell_type'] == 'code')
    needs = ['gpt_nb'] + [m for m in DEV if re.search(rf'^(from|import) {m}\b', code, re.M)]
    extra = '[dev]' if needs[1:] else ''
    there = f'all(map(importlib.util.find_spec, {needs}))' if extra else "importlib.util.find_spec('gpt_nb')"
    here = f'".{extra}"' if extra else '.'
    missing = f'{" or ".join(needs)} is not installed: in a copy of the project'
    raising = f"""raise ModuleNotFoundError(
        '{missing} '
        'run `pip install {here}`, then restart the kernel')"""
    fetching = f"get_ipython().run_line_magic(\n        'pip', 'install -q \"gpt_nb{extra} @ git+{cfg['git_url']}\"')"
    then = fetching if cfg.getboolean('public_home') else raising
    return f'#| hide\n{MARK}\nimport importlib.util\nif not {there}:\n    {then}'


def colab(cfg, name):
    "Links to Colab and to the source, where there is a public home."
    if not cfg.getboolean('public_home'):
        return []
    path = f'{cfg["branch"]}/{cfg["nbs_path"]}/{name}.ipynb'
    there = cfg['git_url'].replace('https://github.com', 'https://colab.research.google.com/github')
    return [f'[Open in Colab]({there}/blob/{path})', f'[Source]({cfg["git_url"]}/blob/{path})']


def where(nbs, name):
    "Part and number of a chapter, and the way to its neighbors."
    part, number, count = book.place(name)

    def link(other, text):
        return f'[{text}]({os.path.relpath(f"{other}.ipynb", os.path.dirname(name) or ".")})'

    before, after = book.beside(name)
    row = [f'**{part}**, {number} of {count}']
    if before:
        row.append(link(before, '← ' + book.label(nbs, before)))
    if after:
        row.append(link(after, book.label(nbs, after) + ' →'))
    return row


LINKS = re.compile(r'\n*^(?:\*\*[\w ]+\*\*, \d+ of \d+|\[Open in Colab\]).*$', re.M)  # the line that this file writes


def contents(nbs):
    "The index' table of chapters, a part at a time."
    rows = []
    for part, (what, names) in book.PARTS.items():
        rows += [f'**{part}**: {what}', '', '| chapter | what it is about |', '|---|---|']
        rows += [f'| [{book.label(nbs, n)}]({n}.ipynb) | {book.subtitle(nbs, n)} |' for n in names] + ['']
    return '\n'.join(rows)


TABLE = re.compile(r'(?<=<!-- chapters, by tools/home.py -->\n).*?(?=<!-- end -->)', re.S)


def lines(text):
    return text.splitlines(keepends=True)


def update(path, cfg, nbs):
    "Bring one notebook in line."
    old = path.read_text(encoding='utf-8')
    nb = json.loads(old)
    cells = nb['cells']
    name = path.relative_to(nbs).with_suffix('').as_posix()
    title = next(c for c in cells if c['cell_type'] == 'markdown')
    row = (where(nbs, name) if book.place(name) else []) + colab(cfg, name)
    title['source'] = lines(
        LINKS.sub('', ''.join(title['source'])).rstrip() + ('\n\n' + ' · '.join(row) if row else '')
    )
    for c in cells:  # the first edition's list of chapters
        if c['cell_type'] == 'markdown':
            c['source'] = lines(re.sub(r'^You are here:.*\n*', '', ''.join(c['source']), flags=re.M))
    for c in cells:  # the index' table
        if '<!-- chapters, by' in ''.join(c['source']):
            c['source'] = lines(TABLE.sub(lambda m: contents(nbs), ''.join(c['source'])))
    install = f'pip install git+{cfg["git_url"]}' if cfg.getboolean('public_home') else 'pip install .'
    for c in cells:  # the index names the install line
        c['source'] = (
            lines(re.sub(r'^pip install (\.|git\+\S+)(?=\s|$)', install, ''.join(c['source']), flags=re.M))
            if c['cell_type'] == 'markdown'
            else c['source']
        )
    cell = next((c for c in cells if MARK in ''.join(c['source'])), None)
    if not cell and path.stem != 'index':
        cell = dict(
            cell_type='code', execution_count=None, id='is-the-package-there', metadata={}, outputs=[], source=[]
        )
        cells.insert(cells.index(title) + 1, cell)
    if cell:
        cell['source'] = lines(install_cell(cfg, cells))
        cell['metadata'] = {'jupyter': {'source_hidden': True}}
    new = json.dumps(nb, indent=1, sort_keys=True, ensure_ascii=False) + '\n'  # as nbdev_clean writes
    if new != old:
        path.write_text(new, encoding='utf-8')


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--user')
    p.add_argument('--repo')
    p.add_argument('--none', action='store_true')
    p.add_argument('--root', type=Path, default=Path(__file__).resolve().parent.parent)
    a = p.parse_args()
    if a.user and a.none or a.repo and not a.user:
        p.error('give --user (and --repo), or --none')
    if a.user or a.none:
        set_home(a.root, a.user, a.repo)
    nbs = a.root / 'nbs'
    if wrong := book.check(nbs):
        raise SystemExit('\n'.join(wrong))
    for path in sorted(
        p for p in nbs.rglob('*.ipynb') if not any(part.startswith('.') for part in p.relative_to(nbs).parts)
    ):
        update(path, settings(a.root), nbs)


if __name__ == '__main__':
    main()
