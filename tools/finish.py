"""What happens to the site's pages after Sphinx: formulas become HTML, code lines learn to wrap, tables to stack, and
the search gets its index. Used by tools/docs.py.
"""

import base64, gzip, hashlib, html, json, re, shutil, subprocess, sys
from pathlib import Path

KATEX = ('katex@0.16.22', 'e9e0d167db3175481cbadaff38e8d90b130f6a3ddb451a47e43c577fd511f365', 'katex')
WRAPS = 40  # a code line of more columns may have to wrap on a phone

POLISH = [  # what the theme leaves open for people who use a keyboard or a screen reader
    ('<p class="caption" role="heading">', '<p class="caption">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Chapters">'),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
    ('<summary aria-label="Toggle hidden content">', '<summary>'),
]


def fetch(vendor, package, sha256, folder):
    "Unpack a pinned npm package beside the site's settings; its folder."
    to = vendor / f'{folder}-{sha256[:8]}'
    if to.exists():
        return to
    if not shutil.which('npm') or not shutil.which('node'):
        sys.exit('the site needs node and its npm, to render formulas: install them (Debian: apt-get install npm)')
    vendor.mkdir(parents=True, exist_ok=True)
    tgz = vendor / subprocess.check_output(['npm', 'pack', '--silent', package], cwd=vendor, text=True).split()[-1]
    if hashlib.sha256(tgz.read_bytes()).hexdigest() != sha256:
        sys.exit(f'{tgz.name} is not the pinned file')
    part = to.with_suffix('.part')
    part.mkdir(exist_ok=True)
    subprocess.check_call(['tar', 'xzf', tgz, '-C', part, '--strip-components=1', 'package'])
    tgz.unlink()
    part.rename(to)
    return to


# ---- formulas ----

FORMULA = re.compile(r'<(span|div) class="math">(.*?)</\1>', re.S)


def formula(kind, text):
    "TeX, and whether it stands on a line of its own."
    return html.unescape(text).strip(), kind == 'div'


def render(katex, pages):
    "Every formula of the pages as HTML, by one call of node: (TeX, on its own line?) -> HTML."
    wanted = sorted({formula(*m.groups()) for page in pages for m in FORMULA.finditer(page)})
    done = subprocess.run(
        ['node', Path(__file__).with_name('formulas.js'), katex / 'dist' / 'katex.min.js'],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f'a formula cannot be rendered: {done.stderr}')
    return dict(zip(wanted, json.loads(done.stdout)))


def with_formulas(page, rendered, up):
    "The page with its formulas, and with their stylesheet where it has any."
    if not FORMULA.search(page):
        return page

    def put(m):
        focus = ' tabindex="0"' if m[1] == 'div' else ''  # it may scroll on a phone
        return f'<{m[1]} class="math"{focus}>{rendered[formula(*m.groups())]}</{m[1]}>'

    styles = f'<link rel="stylesheet" href="{up}_static/katex.css">\n</head>'
    return FORMULA.sub(put, page).replace('</head>', styles, 1)


def styles_of(katex, static):
    "KaTeX's stylesheet and fonts; only the font format that every browser of today reads."
    css = (katex / 'dist' / 'katex.min.css').read_text(encoding='utf-8')
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)', '', css)
    (static / 'katex.css').write_text(css, encoding='utf-8')
    (static / 'fonts').mkdir(exist_ok=True)
    for font in (katex / 'dist' / 'fonts').glob('*.woff2'):
        (static / 'fonts' / font.name).write_bytes(font.read_bytes())


# ---- code and tables ----

CODE = re.compile(r'(<div class="highlight">)<pre>(.*?)</pre>', re.S)
TAG = re.compile(r'<[^>]*>')


def columns(line):
    return len(html.unescape(TAG.sub('', line)).rstrip())


def wrapping(m):
    "A block of code that knows its width, and whose long lines wrap below their own indentation."
    lines = m[2].rstrip('\n').split('\n')
    rows = []
    for line in lines:
        text = html.unescape(TAG.sub('', line))
        indent = len(text) - len(text.lstrip())
        long = columns(line) > WRAPS
        rows.append(f'<span class="line" style="--indent:{indent}">{line}\n</span>' if long else line + '\n')
    widest = max(map(columns, lines), default=0)
    return f'{m[1]}<pre tabindex="0" style="--columns:{widest}">{"".join(rows)}</pre>'


TABLE = re.compile(r'<table class="docutils.*?</table>', re.S)
ROW = re.compile(r'<tr\b.*?</tr>', re.S)
CELL = re.compile(r'<t([dh])\b([^>]*)>(.*?)</t\1>', re.S)


def stacking(m):
    "A table of words in which each cell carries its column's name, for where there is no room beside each other."
    head, _, body = m[0].partition('</thead>')
    names = [html.unescape(TAG.sub('', text)).strip() for _, _, text in CELL.findall(head)]
    rows = [[TAG.sub('', text).strip() for _, _, text in CELL.findall(row)] for row in ROW.findall(body)]
    if not body or not rows or max(sum(map(len, row)) for row in rows) < 60:
        return m[0]  # a table of numbers stays one

    def label(row):
        cells = iter(names)

        def put(cell):
            name = html.escape(next(cells, ''), quote=True)
            return f'<t{cell[1]}{cell[2]} data-label="{name}">{cell[3]}</t{cell[1]}>'

        return CELL.sub(put, row[0])

    return (head + '</thead>' + ROW.sub(label, body)).replace('class="docutils', 'class="stacks docutils', 1)


SIGNATURE = re.compile(r'<dl>\n((?:<dd>.*</dd>\n)+)</dl>')  # of a long function: a list of terms without terms


def rows_of(m):
    return '<div class="sig-rows">\n' + re.sub(r'(</?)dd>', r'\1div>', m[1]) + '</div>'


def finish(out, vendor):
    "All pages of the site in `out`."
    katex = fetch(vendor, *KATEX)
    styles_of(katex, out / '_static')
    pages = {path: path.read_text(encoding='utf-8') for path in out.rglob('*.html')}
    rendered = render(katex, pages.values())
    for path, page in pages.items():
        for old, new in POLISH:
            page = page.replace(old, new)
        page = re.sub(r'<th class="head[^"]*"><p></p></th>', '<td></td>', page)  # the empty corner of a table
        page = SIGNATURE.sub(rows_of, page)
        page = TABLE.sub(stacking, page)
        page = CODE.sub(wrapping, page)
        page = with_formulas(page, rendered, '../' * len(path.relative_to(out).parts[1:]))
        path.write_text(page, encoding='utf-8')
    for name in ('searchindex.js', '_static/searchtools.js', '_static/language_data.js'):
        (out / name).unlink(missing_ok=True)  # the theme's own search


# ---- the index of the search ----


def plain(text):
    "Markdown as the words that a reader sees."
    text = re.sub(r'<!--.*?-->|```\{toctree\}.*?```|!\[[^\]]*\]\([^)]*\)', ' ', text, flags=re.S)
    text = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', text)
    text = re.sub(r'\{[\w:]+\}`([^`<]*?)\s*(?:<[^>]*>)?`', r'\1', text)
    text = re.sub(r'<[a-zA-Z/][^>\n]*>', ' ', text)
    text = re.sub(r'^\s*(?:[|:\- ]+\||`{3,}.*|> \[!\w+\]|#+)\s*', ' ', text, flags=re.M)
    text = re.sub(r'\\(?:[,;! ]|text|frac|left|right|mathrm)?|[$*`{}]', '', text.replace('|', ' '))
    return re.sub(r'\s+', ' ', text).strip()


def sections(page, title, text):
    "Rows of the search index for a page of Markdown: address, title of the section, title of the page, its words."
    seen, rows = {}, []
    text = re.sub(r'^```.*?^```', ' ', text, flags=re.M | re.S)
    for part in re.split(r'^(?=#{1,4} )', text, flags=re.M):
        head, _, body = part.partition('\n') if part.startswith('#') else ('', '', part)
        name, words = plain(head), plain(re.sub(r'^\s*(?:-|\d+\.) ', '', body, flags=re.M))
        where = f'{page}.html'
        if head.startswith('##'):  # the title's own section is the page
            anchor = name.replace(' ', '-')
            seen[anchor] = seen.get(anchor, -1) + 1
            where += f'#{anchor}' + (f'-{seen[anchor]}' if seen[anchor] else '')
        if words:
            rows.append([where, name or title, title, words])
    return rows


def write_index(out, rows):
    "One script with all rows, packed."
    packed = gzip.compress(json.dumps(rows, ensure_ascii=False, separators=(',', ':')).encode(), mtime=0)
    (out / 'search-index.js').write_text(f"window.searchIndex = '{base64.b64encode(packed).decode()}'\n")
