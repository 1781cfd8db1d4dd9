"""The site's reference: what each part exports, the command's options, and where a change belongs.

Used by tools/docs.py.
"""

import contextlib, importlib, inspect, io, os, re, unittest.mock
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


EXPORTED = re.compile(r'^#\|\s*export', re.M)
IMPORTED = re.compile(rf'from {cfg.lib_name}\.([\w.]+) import')


def uses(chapter):
    "The modules that a chapter's exported code imports from."
    code = [''.join(c['source']) for c in chapter.cells if c['cell_type'] == 'code']
    return {m for text in code if EXPORTED.search(text) for m in IMPORTED.findall(text)}


def house(chapters):
    "The page that says where a change belongs: each room, what it is about, what it exports, and who uses it."
    rules = (cfg.config_path / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    rules = re.search(r'^## (Where does a change belong\?\n.*?)(?=^## )', rules, re.M | re.S)[1]
    rules = re.sub(r' The site.s page [^.]*\.', '', rules)  # this one
    rows = [
        f'# {rules.rstrip()}',
        '',
        'How a change is made, tested and proposed stands in [Contributing](CONTRIBUTING.md).',
        '',
        'Below is every room. A change to what a room exports reaches the rooms that use it, so run their tests, too.',
        '',
    ]
    users = {c.module: [other for other in chapters if c.module in uses(other)] for c in chapters if c.module}
    for part, (what, names) in book.PARTS.items():
        rows += [f'## {part}', '', f'{what[0].upper()}{what[1:]}.', '']
        rows += ['| room | what it is about | exports | used by |', '|---|---|---|---|']
        for n in names:
            c = next(c for c in chapters if c.name == n)
            shown = ', '.join(f'`{x}`' for x in c.names[:12]) + (', …' if len(c.names) > 12 else '')
            by = ', '.join(f'[{u.module}]({u.page}.ipynb)' for u in users.get(c.module, []))
            rows.append(f'| [{n}]({c.page}.ipynb) | {c.subtitle} | {shown} | {by} |')
        rows.append('')
    return '\n'.join(rows) + '\n'


# ---- the command's options, as its own help has them ----

BOX = re.compile(r'^╭─+ (?P<group>.*?) ─+╮\n(?P<rows>.*?)^╰', re.M | re.S)
DEFAULT = re.compile(r'\s*\((default|required|fixed|repeatable|optional)(?:: (.*))?\)$')


def help_of(command):
    "What `gpt-nb COMMAND --help` prints in a wide terminal."
    from gpt_nb.cli.command import answer

    said = io.TextIOWrapper(io.BytesIO(), encoding='utf-8')  # with an encoding that has frames
    with contextlib.redirect_stdout(said), unittest.mock.patch.dict(os.environ, COLUMNS='400', NO_COLOR='1'):
        answer([command, '--help'])
    said.flush()
    return said.buffer.getvalue().decode()


def options(text):
    "Groups of options in a help text: (group, [(option, what it takes, what it does, default)])."
    for box in BOX.finditer(text):
        rows, lines = [], [line.strip('│').strip() for line in box['rows'].splitlines()]
        for line in lines:
            if line.startswith('-'):
                rows.append(re.split(r'\s{2,}', line, maxsplit=1) + [''])
            elif rows and line:
                rows[-1][1] = f'{rows[-1][1]} {line}'.strip()
        found = []
        for what, about, *_ in rows:
            name, _, takes = what.partition(' ')
            default = DEFAULT.search(about)
            if what.startswith('--no-') or what.startswith('-h'):
                continue
            if ', --no-' in what:
                name, takes = what.split(',')[0], 'yes or no'
            value = '' if not default else default[2] or ('' if default[1] == 'default' else default[1])
            found.append((name, takes, DEFAULT.sub('', about), value))
        yield box['group'], found


def command_options():
    "Every command with its groups of options."
    from gpt_nb.cli.command import COMMANDS

    for name, (_, about) in COMMANDS.items():
        groups = [(group, rows) for group, rows in options(help_of(name)) if rows]
        if groups:
            yield name, about, groups


def code(text):
    "A word of the command line in a table's cell."
    return f'`{text}`'.replace('|', '\\|') if text else ''


def options_page():
    "The page with the options of every command; the command itself makes them from its dataclasses."
    rows = ['# Options of the command', '', '`gpt-nb COMMAND --help` prints the same in a terminal.', '']
    for name, about, groups in command_options():
        rows += [f'## gpt-nb {name}', '', f'{about[0].upper()}{about[1:]}.', '']
        for group, found in groups:
            if len(groups) > 1:
                rows += [f'**{group}**', '']
            rows += ['| option | what it does | default |', '|---|---|---|']
            for option, takes, says, value in found:
                says = re.sub(r'([|<>*_`\[\]\\$])', r'\\\1', says)
                rows.append(f'| {code(option)} {code(takes)} | {says} | {code(value)} |')
            rows.append('')
    return '\n'.join(rows) + '\n'


def option_rows():
    "The options for the search."
    for name, _, groups in command_options():
        for _, found in groups:
            for option, takes, says, value in found:
                words = f'{says}' + (f' (default: {value})' if value else '')
                yield [f'reference/options.html#gpt-nb-{name}', option, f'gpt-nb {name}', words]


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
    (src / 'reference' / 'options.md').write_text(options_page(), encoding='utf-8')
