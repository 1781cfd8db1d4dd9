"""Build the documentation site from the notebooks: pages with their stored outputs, the API of each chapter, an index,
llms.txt.

python tools/docs.py            build into _docs/ (nothing is run; the network is needed once, for MathJax)
python tools/docs.py --serve    build, then serve it on this machine
"""

import functools, hashlib, http.server, importlib, inspect, json, os, re, shutil, subprocess, sys
from pathlib import Path
from fastcore.docments import docments
from nbdev.config import get_config
import book

cfg = get_config()
root, out = cfg.config_path, cfg.doc_path
work, vendor = root / '_site', root / 'docs' / '_vendor'
src = work / 'pages'
BESIDE = [
    *sorted((root / 'docs').glob('*.md')),
    root / 'CONTRIBUTING.md',
    root / 'CHANGELOG.md',
]  # pages that are no notebooks
MATHJAX = (
    'mathjax@3.2.2',
    '1b9c0a1c44df864e915690558e72adb9cc5203360daefd385084ced3b6c64c09',
    'es5/tex-svg.js',
    'mathjax',
)  # npm package, its sha256, the file, where to
TAGS = {
    'echo: false': 'remove-input',
    'output: false': 'remove-output',
    'warning: false': 'remove-stderr',
    'code-fold: true': 'hide-input',
    'export': 'book-export',
}
NOTES = {'slow': 'takes minutes: the output is of an earlier run', 'cuda': 'needs a GPU'}
inline = re.compile(
    r'(```.*?```|\$\$.*?\$\$|`[^`\n]+`|\$[^$\n]+\$|!?\[[^\]]*\]\([^)]*\)|^#.*$|<[^>\n]+>)', re.S | re.M
)  # what plain words are not


def fetch(package, sha256, part, folder):
    "One file of a pinned npm package, kept beside the site's settings; its path."
    to = vendor / folder / Path(part).name
    if to.exists():
        return to
    to.parent.mkdir(parents=True, exist_ok=True)
    tgz = vendor / subprocess.check_output(['npm', 'pack', '--silent', package], cwd=vendor, text=True).split()[-1]
    if hashlib.sha256(tgz.read_bytes()).hexdigest() != sha256:
        sys.exit(f'{tgz.name} is not the pinned file')
    subprocess.check_call(
        ['tar', 'xzf', tgz, '-C', to.parent, f'--strip-components={part.count("/") + 1}', f'package/{part}']
    )
    tgz.unlink()
    return to


# ---- the chapters as they lie in nbs/ ----


def page_name(path):
    "A page's address without its ending: the notebook's place below nbs/, without the number."
    return re.sub(r'^\d+_', '', path.relative_to(cfg.nbs_path).with_suffix('').as_posix())


def source(cell):
    return ''.join(cell['source'])


def directives(cell):
    return re.findall(r'^#\|\s*(.+?)\s*$', source(cell), re.M) if cell['cell_type'] == 'code' else []


class Chapter:
    "A notebook: its page, its title and subtitle, the module it exports and the names in it."

    def __init__(self, path):
        self.path, self.page = path, page_name(path)
        self.name = path.relative_to(cfg.nbs_path).with_suffix('').as_posix()  # as tools/book.py has it
        self.up = '../' * self.page.count('/')  # from this page to the top
        self.cells = json.loads(path.read_text(encoding='utf-8'))['cells']
        head = source(next(c for c in self.cells if c['cell_type'] == 'markdown'))
        self.title = re.search(r'^# (.+)$', head, re.M)[1]
        self.subtitle = (re.search(r'^> (.+)$', head, re.M) or [0, ''])[1]
        self.module = next(
            (d.split()[1] for c in self.cells for d in directives(c) if d.startswith('default_exp')), None
        )
        self.names = list(importlib.import_module(f'{cfg.lib_name}.{self.module}').__all__) if self.module else []


# ---- API entries, from signatures and the comments beside parameters ----


def rst(text):
    "A docstring or comment, whose code stands in single backticks, as reStructuredText."
    parts = (text or '').strip().split('`')
    return ''.join(f'``{p}``\\ ' if i % 2 else re.sub(r'([*|_\\])', r'\\\1', p) for i, p in enumerate(parts))


def show(annotation):
    "A type as one would write it."
    if annotation is inspect.Parameter.empty:
        return ''
    if isinstance(annotation, str):
        return annotation
    return (
        annotation.__name__
        if isinstance(annotation, type) and not hasattr(annotation, '__args__')
        else re.sub(r'\b(?:[\w]+\.)+(?=\w)', '', str(annotation))
    )


def signature(obj):
    try:
        text = str(inspect.signature(obj))
    except (TypeError, ValueError):
        return '()'
    text = re.sub(
        r'<(?:function|class|built-in function) \'?([\w.]+?)\'?(?: at \w+)?>', r'\1', re.sub(r'<factory>', '...', text)
    )
    return re.sub(
        r'\b(?:torch|typing|pathlib|collections\.abc|contextlib|matplotlib\.figure|'
        + cfg.lib_name
        + r'\.\w+)\.(?:[\w]+\.)*(?=[A-Z])',
        '',
        re.sub(r' -> None$', '', text),
    )


def fields(obj, pad):
    "Parameter comments as a field list."
    try:
        docs = docments(obj, full=True)
    except (TypeError, ValueError):
        return []
    rows = []
    for name, d in docs.items():
        if d.get('docment') is None:
            continue
        rows.append(
            f'{pad}:returns: {rst(d["docment"])}' if name == 'return' else f'{pad}:param {name}: {rst(d["docment"])}'
        )
    return rows


def entry(chapter, name):
    "One exported name as a Sphinx object, which the search and the index know."
    obj, pad = getattr(importlib.import_module(f'{cfg.lib_name}.{chapter.module}'), name), '   '
    where = f'`source <../{chapter.page}.html#source-{name}>`__'
    if not callable(obj):
        return [f'.. py:data:: {name}', f'{pad}:module: {cfg.lib_name}.{chapter.module}', '', pad + where, '']
    if inspect.isclass(obj):
        doc = obj.__dict__.get('__doc__') or ''
        if doc.startswith(name + '('):
            doc = ''  # what dataclass and NamedTuple make up
        sig = '()' if issubclass(obj, Exception) else signature(obj)
        rows = [
            f'.. py:class:: {name}{sig}',
            f'{pad}:module: {cfg.lib_name}.{chapter.module}',
            '',
            f'{pad}{rst(doc)} {where}',
            '',
        ]
        if not issubclass(obj, Exception):
            rows += fields(obj, pad) + ['']
        for m, f in vars(obj).items():
            kind = (
                'classmethod'
                if isinstance(f, classmethod)
                else 'staticmethod'
                if isinstance(f, staticmethod)
                else 'property'
                if isinstance(f, property)
                else 'method'
            )
            f = f.fget if isinstance(f, property) else getattr(f, '__func__', f)
            if m.startswith('_') or not inspect.isfunction(f) or not f.__doc__:
                continue
            sig = '' if kind == 'property' else re.sub(r'^\((?:self|cls)(?:, )?', '(', signature(f))
            rows += [f'{pad}.. py:{kind}:: {name}.{m}{sig}', '', pad * 2 + rst(f.__doc__), '', *fields(f, pad * 2), '']
        return rows
    return [
        f'.. py:function:: {name}{signature(obj)}',
        f'{pad}:module: {cfg.lib_name}.{chapter.module}',
        '',
        f'{pad}{rst(obj.__doc__)} {where}',
        '',
        *fields(obj, pad),
        '',
    ]


def reference(part, chapters):
    "The page that lists what the chapters of a part export."
    rows = [f'# {part}: reference', '']
    for c in chapters:
        if not c.names:
            continue
        entries = [row for name in sorted(c.names, key=str.lower) for row in entry(c, name)]
        rows += [
            f'## {c.title}',
            '',
            f'`from {cfg.lib_name}.{c.module} import ...`, explained in [{c.title}](../{c.page}.ipynb)',
            '',
        ]
        rows += ['```{eval-rst}', *entries, '```', '']
    return '\n'.join(rows) + '\n'


def part_page(part):
    return 'reference/' + part.lower().replace(' ', '-')


def house(chapters):
    "The page that says where a change belongs: each room, what it is about, and what it exports."
    rows = [
        '# Where does a change belong?',
        '',
        'A part of the book is a folder of `nbs/`, and its notebooks export the same folder of the package. A room '
        'imports only from rooms above it in this list.',
        '',
    ]
    for part, (what, names) in book.PARTS.items():
        rows += [f'## {part}', '', f'{what[0].upper()}{what[1:]}.', '', '| room | subject | exports |', '|---|---|---|']
        for n in names:
            c = next(c for c in chapters if c.name == n)
            shown = ', '.join(f'`{x}`' for x in c.names[:12]) + (', …' if len(c.names) > 12 else '')
            rows.append(f'| [{n}]({c.page}.ipynb) | {c.subtitle} | {shown} |')
        rows.append('')
    return '\n'.join(rows) + '\n'


# ---- pages ----


def words(text, change):
    "`change` applied to the parts of Markdown that are plain words."
    return ''.join(part if i % 2 else change(part) for i, part in enumerate(inline.split(text)))


class Links:
    "Names in code font lead to their API entry; the first use of a term on a page leads to the glossary."

    def __init__(self, chapters, terms):
        found = {}
        for c in chapters:
            for n in c.names:
                found.setdefault(n, []).append(f'{cfg.lib_name}.{c.module}.{n}')
        self.names = {n: full[0] for n, full in found.items() if len(full) == 1}
        self.terms = terms

    def address(self, link, depth):
        "A link as it is from the page: nbs/ is no folder of the site, and pages have no numbers."
        if link.startswith('../' * (depth + 1)):
            link = link.removeprefix('../')
        return re.sub(r'(^|/)\d\d_(?=\w+\.ipynb)', r'\1', link)

    def markdown(self, text, used, depth=0):
        "One cell's text for MyST; `depth` is the number of folders that the page lies in."
        parts = re.split(r'(```.*?```)', text, flags=re.S)
        for i in range(0, len(parts), 2):
            parts[i] = re.sub(
                r'^(?!#)(.*)$',
                lambda m: re.sub(r'(?<![\[`\w}])`([A-Za-z_]\w*)(\(\))?`(?!`)', self.name, m[1]),
                parts[i],
                flags=re.M,
            )
        text = re.sub(r'\]\((?!\w+:)([^)\s]+)', lambda m: '](' + self.address(m[1], depth), ''.join(parts))
        for term, pattern in self.terms.items():
            if term in used or not pattern.search(text):
                continue

            def link(part, term=term, pattern=pattern):
                if term in used:
                    return part
                new = pattern.sub(lambda m: f'{{term}}`{m[0]} <{term}>`', part, count=1)
                if new != part:
                    used.add(term)
                return new

            text = words(text, link)
        return text

    def name(self, m):
        return f'{{py:obj}}`{m[1]}{m[2] or ""} <{self.names[m[1]]}>`' if m[1] in self.names else m[0]


def head(chapter):
    "Title, subtitle and what one can do with the chapter."
    path = f'{cfg.nbs_path.name}/{chapter.name}.ipynb'
    what = [f'{{download}}`Download the notebook <{chapter.up}{path}>`']
    if cfg.d.get('public_home') == 'yes':
        colab = cfg.git_url.replace('https://github.com', 'https://colab.research.google.com/github')
        what = [
            f'[Open in Colab]({colab}/blob/{cfg.branch}/{path})',
            *what,
            f'[View the source]({cfg.git_url}/blob/{cfg.branch}/{path})',
        ]
    return f'# {chapter.title}\n\n*{chapter.subtitle}*\n\n' + ' · '.join(what)


def convert(chapter, chapters, links):
    "Write a chapter's page."
    title = next(c for c in chapter.cells if c['cell_type'] == 'markdown')
    cells, used = [dict(cell_type='markdown', metadata={}, source=head(chapter))], set()
    for c in chapter.cells:
        said = directives(c)
        if c is title or {'hide', 'default_exp'} & {d.split()[0].rstrip(':') for d in said}:
            continue
        if c['cell_type'] == 'markdown':
            new = dict(
                cell_type='markdown', metadata={}, source=links.markdown(source(c), used, chapter.page.count('/'))
            )
        elif c['cell_type'] == 'code':
            code = re.sub(r'^#\|.*\n?', '', source(c), flags=re.M)
            if not code.strip() and not c['outputs']:
                continue
            meta = {'tags': [t for k, t in TAGS.items() if k in said]}
            if alt := next((d.split(':', 1)[1].strip().strip('"') for d in said if d.startswith('fig-alt')), None):
                meta['mystnb'] = {'image': {'alt': alt}}
            for flag in NOTES.keys() & set(said):
                cells.append(
                    dict(
                        cell_type='markdown',
                        metadata={},
                        source=f'```{{container}} book-note\n{flag}: {NOTES[flag]}\n```',
                    )
                )
            made = re.findall(r'^(?:class |def |async def )?(\w+)', code, re.M) if 'export' in said else []
            if marks := ''.join(f'<span id="source-{n}"></span>' for n in dict.fromkeys(made) if n in chapter.names):
                cells.append(dict(cell_type='markdown', metadata={}, source=marks))
            new = dict(cell_type='code', source=code, outputs=c['outputs'], execution_count=None, metadata=meta)
        else:
            continue
        cells.append(new)
    if chapter.page == 'index':
        cells.append(dict(cell_type='markdown', metadata={}, source=contents(chapters)))
    elif chapter.names:
        where = part_page(book.place(chapter.name)[0])
        cells.append(
            dict(
                cell_type='markdown',
                metadata={},
                source=f'Everything that this chapter exports: [reference]({chapter.up}{where}.md)',
            )
        )
    nb = dict(
        cells=cells,
        metadata={
            'kernelspec': {'name': 'python3', 'display_name': 'python3', 'language': 'python'},
            'language_info': {'name': 'python'},
        },
        nbformat=4,
        nbformat_minor=4,
    )
    path = src / f'{chapter.page}.ipynb'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(nb), encoding='utf-8')


def contents(chapters):
    "The sidebar: a list for each part."
    page = {c.name: c for c in chapters}
    lists = {
        part: [f'{book.label(cfg.nbs_path, n)} <{page[n].page}>' for n in names]
        for part, (_, names) in book.PARTS.items()
    }
    lists['Reference'] = [
        f'{part} <{part_page(part)}>' for part in book.PARTS if any(page[n].names for n in book.PARTS[part][1])
    ] + ['API index <genindex>']
    lists['Beside them'] = ['Where does a change belong? <house>'] + [p.stem for p in BESIDE if p.exists()]
    return '\n\n'.join(
        f'```{{toctree}}\n:hidden:\n:caption: {caption}\n' + '\n'.join(rows) + '\n```'
        for caption, rows in lists.items()
    )


def llms(chapters):
    "What a language model reads first (llmstxt.org)."
    rows = [f'# {cfg.title}', '', f'> {cfg.description}', '', '## Pages', '']
    rows += [f'- [{c.title}]({c.page}.html): {c.subtitle}' for c in chapters if c.page != 'index'] + [
        '- [Glossary](glossary.html): the terms of the field, with their synonyms'
    ]
    rows += ['', '## API', ''] + [
        f'- `{cfg.lib_name}.{c.module}`: {", ".join(sorted(c.names))}' for c in chapters if c.names
    ]
    return '\n'.join(rows) + '\n'


def glossary_terms():
    "Each term of docs/glossary.md with the pattern that finds it, longest first."
    path = root / 'docs' / 'glossary.md'
    block = re.search(r'```\{glossary\}\n(.*?)```', path.read_text(encoding='utf-8'), re.S) if path.exists() else None
    terms = [t.strip() for t in re.findall(r'^(\S.*)$', block[1], re.M)] if block else []
    return {
        t: re.compile(rf'(?<![\w-]){re.escape(t)}s?(?![\w-])', re.I if t.islower() else 0)
        for t in sorted(terms, key=len, reverse=True)
    }


POLISH = [
    ('<p class="caption" role="heading">', '<p class="caption">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Chapters">'),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
    ('<pre>', '<pre tabindex="0">'),
    ('<summary aria-label="Toggle hidden content">', '<summary>'),
    ('<div id="search-results"', '<h1>Search</h1>\n<div id="search-results"'),
]

SIGNATURE = re.compile(r'<dl>\n((?:<dd>.*</dd>\n)+)</dl>')  # of a long function: a list of terms without terms


def polish():
    "What the theme leaves open for people who use a keyboard or a screen reader; the browser check would find it."
    for path in out.rglob('*.html'):
        page = path.read_text(encoding='utf-8')
        for old, new in POLISH:
            page = page.replace(old, new)
        page = re.sub(r'<th class="head[^"]*"><p></p></th>', '<td></td>', page)  # the empty corner of a table
        page = SIGNATURE.sub(
            lambda m: '<div class="sig-rows">\n' + re.sub(r'(</?)dd>', r'\1div>', m[1]) + '</div>', page
        )
        path.write_text(page, encoding='utf-8')


def redirect():
    "Addresses of the first edition lead to where their subject is now."
    for old, new in book.OLD_PAGES.items():
        path = out / f'{old}.html'
        if path.exists():
            continue
        path.write_text(
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Moved</title>'
            f'<meta http-equiv="refresh" content="0; url={new}.html"><link rel="canonical" href="{new}.html"></head>'
            f'<body><main><h1>Moved</h1><p>This page is now <a href="{new}.html">{new}</a>.</p></main></body></html>\n',
            encoding='utf-8',
        )


def build(*args):
    fetch(*MATHJAX)  # the one piece of browser code, so that pages need no network
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(cfg.nbs_path, src / 'nbs', ignore=shutil.ignore_patterns('[._]*'))
    shutil.copytree(root / 'images', src / 'images')
    for p in BESIDE:
        shutil.copy(p, src)
    chapters = [Chapter(cfg.nbs_path / f'{n}.ipynb') for n in ['index', *book.chapters()]]
    links = Links(chapters, glossary_terms())
    for c in chapters:
        convert(c, chapters, links)
    (src / 'reference').mkdir()
    for part, (_, names) in book.PARTS.items():
        rooms = [c for c in chapters if c.name in names]
        if any(c.names for c in rooms):
            (src / f'{part_page(part)}.md').write_text(reference(part, rooms), encoding='utf-8')
    (src / 'house.md').write_text(house(chapters), encoding='utf-8')
    done = subprocess.call(
        [
            sys.executable,
            '-m',
            'sphinx',
            '-W',
            '--keep-going',
            '-q',
            '-E',
            '-j',
            'auto',
            '-c',
            root / 'docs',
            src,
            work / 'html',
            *args,
        ]
    )
    shutil.rmtree(out, ignore_errors=True)
    shutil.move(work / 'html', out)
    polish()
    redirect()
    (out / 'llms.txt').write_text(llms(chapters), encoding='utf-8')
    return done


def serve(port=8000):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=out)
    with http.server.ThreadingHTTPServer(('localhost', port), handler) as s:
        print(f'the site is at http://localhost:{port}, until Ctrl-C', flush=True)
        try:
            s.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == '__main__':
    asked = set(sys.argv[1:])
    if asked - {'--serve'}:
        sys.exit(__doc__)
    done = build()
    if not done and '--serve' in asked:
        serve()
    sys.exit(done)
