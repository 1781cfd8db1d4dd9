"""Build the documentation site from the notebooks: pages with their stored outputs, the API of each chapter, an index,
llms.txt.

python tools/docs.py            build into _docs/ (nothing is run; once it needs the network, npm and node: KaTeX)
python tools/docs.py --serve    build, then serve it on this machine
"""

import functools, http.server, importlib, json, os, re, shutil, subprocess, sys
from nbdev.config import get_config
import book, finish, reference

cfg = get_config()
root, out = cfg.config_path, cfg.doc_path
work, vendor = root / '_site', root / 'docs' / '_vendor'
src = work / 'pages'
BESIDE = [
    *sorted((root / 'docs').glob('*.md')),
    root / 'CONTRIBUTING.md',
    root / 'CHANGELOG.md',
]  # pages that are no notebooks
TAGS = {
    'echo: false': 'remove-input',
    'output: false': 'remove-output',
    'warning: false': 'remove-stderr',
    'code-fold: true': 'hide-cell',
    'export': 'book-export',
}
NOTES = {
    'long': 'takes more than ten minutes: the output is of an earlier run',
    'slow': 'takes minutes: the output is of an earlier run',
    'cuda': 'needs a GPU',
}
inline = re.compile(
    r'(```.*?```|\$\$.*?\$\$|`[^`\n]+`|\$[^$\n]+\$|!?\[[^\]]*\]\([^)]*\)|^#.*$|<[^>\n]+>)', re.S | re.M
)  # what plain words are not


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


# ---- pages ----


def words(text, change):
    "`change` applied to the parts of Markdown that are plain words."
    return ''.join(part if i % 2 else change(part) for i, part in enumerate(inline.split(text)))


def folded(cell, said):
    "What a cell's fold says, for one that a reader opens on demand; None for one that stands open."
    if 'code-fold: true' in said:
        return 'Solutions'
    if not cell['metadata'].get('jupyter', {}).get('source_hidden') or 'echo: false' in said:
        return None
    code = re.sub(r'^(#.*|\s*)\n', '', source(cell), flags=re.M)
    return 'Imports' if re.match(r'(from|import) ', code) else 'More checks'


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


def label(chapter):
    "A chapter's number and title: on the ground floor its own number, in a wing its place there."
    place = book.place(chapter.name)
    number = re.match(r'(\d\d)_', chapter.name)
    return f'{number[1] if number else place[1]} {chapter.title}' if place else chapter.title


def strip(chapter, chapters):
    "Where the chapter stands in its part, and the way to its neighbors."
    if not book.place(chapter.name):
        return ''
    part, number, count = book.place(chapter.name)
    pages = {c.name: c for c in chapters}
    before, after = book.beside(chapter.name)

    def link(other, rel, text):
        if not other:
            return '<span></span>'
        return f'<a rel="{rel}" href="{chapter.up}{pages[other].page}.html">{text.format(label(pages[other]))}</a>'

    ways = []
    for i, name in enumerate(book.PARTS[part][1], 1):
        here = ' aria-current="page"' if i == number else ''
        ways.append(
            f'<a href="{chapter.up}{pages[name].page}.html" title="{label(pages[name])}"{here}><span>{i}</span></a>'
        )
    return (
        f'<nav class="book-strip" aria-label="{part}">{link(before, "prev", "← {}")}'
        f'<span class="where"><b>{part}</b>, {number} of {count}<span class="steps">{"".join(ways)}</span></span>'
        f'{link(after, "next", "{} →")}</nav>'
    )


def head(chapter, chapters):
    "Title, subtitle, the chapter's place in the book and what one can do with it."
    path = f'{cfg.nbs_path.name}/{chapter.name}.ipynb'
    what = [f'{{download}}`Notebook <{chapter.up}{path}>`']
    if cfg.d.get('public_home') == 'yes':
        colab = cfg.git_url.replace('https://github.com', 'https://colab.research.google.com/github')
        what = [
            f'[Open in Colab]({colab}/blob/{cfg.branch}/{path})',
            *what,
            f'[View the source]({cfg.git_url}/blob/{cfg.branch}/{path})',
        ]
    number = label(chapter) if re.match(r'\d\d_', chapter.name) else chapter.title
    return f'{strip(chapter, chapters)}\n\n# {number}\n\n*{chapter.subtitle}* · ' + ' · '.join(what)


def convert(chapter, chapters, links):
    "Write a chapter's page."
    title = next(c for c in chapter.cells if c['cell_type'] == 'markdown')
    cells, used = [dict(cell_type='markdown', metadata={}, source=head(chapter, chapters))], set()
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
            if what := folded(c, said):
                meta['tags'] = list(dict.fromkeys([*meta['tags'], 'hide-cell']))
                meta.setdefault('mystnb', {}).update(code_prompt_show=what, code_prompt_hide=what)
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
        where = reference.part_page(book.place(chapter.name)[0])
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
        part: [f'{label(page[n])} <{page[n].page}>' for n in names] for part, (_, names) in book.PARTS.items()
    }
    parts = [part for part, (_, names) in book.PARTS.items() if any(page[n].names for n in names)]
    lists['Reference'] = [
        'Options of the command <reference/options>',
        *(f'{part} <{reference.part_page(part)}>' for part in parts),
        'All names <genindex>',
    ]
    lists['Beside them'] = ['Where does a change belong? <house>'] + [p.stem for p in BESIDE if p.exists()]
    return '\n\n'.join(
        f'```{{toctree}}\n:hidden:\n:caption: {caption}\n' + '\n'.join(rows) + '\n```'
        for caption, rows in lists.items()
    )


def search_rows(chapters):
    "What the search finds: sections, exported names, terms."
    rows = []
    for c in chapters:
        text = '\n\n'.join(source(cell) for cell in c.cells if cell['cell_type'] == 'markdown')
        text = re.sub(r'<!-- chapters, by.*?<!-- end -->', '', text, flags=re.S)  # lists of what is found anyway
        text = re.sub(r'^(?:\*\*[\w ]+\*\*, \d+ of \d+|\[Open in Colab\]).*$', '', text, flags=re.M)
        rows += finish.sections(c.page, label(c), text)
        part = book.place(c.name)
        for name in c.names:
            where = f'{reference.part_page(part[0])}.html#{cfg.lib_name}.{c.module}.{name}'
            rows.append([where, name, f'{c.module}: reference', finish.plain(reference.summary(c, name))])
    rows += reference.option_rows()
    for page in BESIDE:
        text = page.read_text(encoding='utf-8')
        title = re.search(r'^# (.+)$', text, re.M)[1]
        rows += finish.sections(page.stem, title, text)
        for term, meaning in re.findall(r'^(\S.*)\n((?:  .*\n)+)', (GLOSSARY.search(text) or ['', ''])[1], re.M):
            rows.append([f'{page.stem}.html#term-{term.replace(" ", "-")}', term, title, finish.plain(meaning)])
    return rows


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


GLOSSARY = re.compile(r'```\{glossary\}\n(.*?)```', re.S)


def glossary_terms():
    "Each term of docs/glossary.md with the pattern that finds it, longest first."
    path = root / 'docs' / 'glossary.md'
    block = GLOSSARY.search(path.read_text(encoding='utf-8')) if path.exists() else None
    terms = [t.strip() for t in re.findall(r'^(\S.*)$', block[1], re.M)] if block else []
    return {
        t: re.compile(rf'(?<![\w-]){re.escape(t)}s?(?![\w-])', re.I if t.islower() else 0)
        for t in sorted(terms, key=len, reverse=True)
    }


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
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(cfg.nbs_path, src / 'nbs', ignore=shutil.ignore_patterns('[._]*'))
    shutil.copytree(root / 'images', src / 'images')
    for p in BESIDE:
        shutil.copy(p, src)
    chapters = [Chapter(cfg.nbs_path / f'{n}.ipynb') for n in ['index', *book.chapters()]]
    links = Links(chapters, glossary_terms())
    for c in chapters:
        convert(c, chapters, links)
    reference.write(src, chapters)
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
            '-d',
            work / 'doctrees',
            '-c',
            root / 'docs',
            src,
            work / 'html',
            *args,
        ]
    )
    shutil.rmtree(out, ignore_errors=True)
    shutil.move(work / 'html', out)
    finish.finish(out, vendor)
    finish.write_index(out, search_rows(chapters))
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
