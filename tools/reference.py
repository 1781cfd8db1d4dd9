"""The site's reference: what each part exports, the command's options, and where a change belongs. Used by tools/docs.py."""

import importlib, inspect, re
from fastcore.docments import docments
from nbdev.config import get_config
import book

cfg = get_config()

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


def summary(chapter, name):
    "What an exported name says of itself: its first line, then its fields or parameters."
    obj = getattr(importlib.import_module(f'{cfg.lib_name}.{chapter.module}'), name)
    text = (inspect.getdoc(obj) or '') if callable(obj) else ''
    said = [] if text.startswith(name + '(') else [text.partition('\n')[0]]
    try:
        docs = docments(obj, full=True)
    except (TypeError, ValueError):
        docs = {}
    return '. '.join(said + [f'{field}: {d["docment"]}' for field, d in docs.items() if d.get('docment')])


def write(src, chapters):
    "All pages of the reference into the folder that Sphinx reads."
    (src / 'reference').mkdir()
    for part, (_, names) in book.PARTS.items():
        rooms = [c for c in chapters if c.name in names]
        if any(c.names for c in rooms):
            (src / f'{part_page(part)}.md').write_text(reference(part, rooms), encoding='utf-8')
    (src / 'house.md').write_text(house(chapters), encoding='utf-8')
    (src / 'reference' / 'options.md').write_text('# Options of the command\n', encoding='utf-8')
