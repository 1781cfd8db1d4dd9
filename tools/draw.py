"""Draw the diagrams in images/ as SVG: `python tools/draw.py`.

A drawing is made of boxes, arrows between boxes, groups around boxes and a few words; the class knows how they look
and where an arrow meets a box.
Figures are at most 520 wide, so that a phone can show them. Their colors are light or dark as the page's `color-
scheme` or, in browsers that do not tell images
of it, the reader's system says; a card behind the drawing keeps it readable where that is not the color of the page.
"""

import json, math, re, textwrap
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent

COLORS = dict(  # kind of box: fill and line on a light card, fill and line on a dark one
    data=('#ffffff', '#6b7280', '#20252d', '#8d97a8'),
    attn=('#e3ecfd', '#3f66c4', '#1f2f52', '#7d9bea'),
    mlp=('#fdeedd', '#b8651b', '#43301c', '#e0a062'),
    norm=('#e4f3e6', '#3f8a4f', '#1e3725', '#74bd85'),
    out=('#dff3f2', '#2a7f7d', '#17383a', '#6cc0bd'),
    embed=('#f1e8fb', '#7b4fb5', '#33254a', '#b594e6'),
    mute=('#eceef1', '#a5acb8', '#262b33', '#5c6674'),
    card=('#ffffff', '#d5d9e0', '#14171c', '#353c47'),
    shade=('#f5f8fe', '#b9c8ea', '#191f2c', '#3a4a70'),
    group=('none', '#7d879a', 'none', '#7f8999'),
)
LINES = dict(  # kind of line: color on a light card, on a dark one, width
    line=('#5b6475', '#98a2b3', 1.6),
    stream=('#2f3a52', '#c3cad6', 4),
    back=('#c0392b', '#ff8a75', 2),
    link=('#7b4fb5', '#b594e6', 1.5),
    axis=('#c3c8d1', '#3c4450', 1),
    curve=('#3f66c4', '#7d9bea', 2.2),
    train=('#d98a4a', '#c98a52', 1.4),
    faint=('#a5acb8', '#5c6674', 1.2),
)
TEXT = dict(text=('#1c2230', '#e8ebf1'), small=('#525c6e', '#aeb6c4'), bad=('#c0392b', '#ff8a75'))
SIZE = dict(text=16, small=13.5, bad=16)


def style():
    "The style sheet: the light colors, and the dark ones for who asked their system for them."

    def rules(dark):
        for k, c in COLORS.items():
            yield f'.{k} {{ fill: {c[2 * dark]}; stroke: {c[2 * dark + 1]} }}'
        for k, c in LINES.items():
            yield f'.{k} {{ stroke: {c[dark]} }} #tip-{k} path {{ fill: {c[dark]} }}'
        for k, c in TEXT.items():
            yield f'text.{k} {{ fill: {c[dark]} }}'
        yield f'text {{ stroke: {COLORS["card"][2 * dark]} }} text.in {{ stroke: none }}'

    widths = '\n'.join(f'.{k} {{ stroke-width: {c[2]} }}' for k, c in LINES.items())
    sizes = '\n'.join(f'text.{k} {{ font-size: {s}px }}' for k, s in SIZE.items())
    return (
        f'text '
        f'{{ font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; '
        f'text-anchor: middle; paint-order: stroke; stroke-width: 5px; stroke-linejoin: round }}\n'
        f'.code '
        f'{{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, '
        f'"DejaVu Sans Mono", monospace; font-size: .94em }}\n'
        f'.left {{ text-anchor: start }} .right {{ text-anchor: end }} .strong {{ font-weight: 600 }}\nrect, '
        f'circle {{ stroke-width: 1.4 }} .dot {{ fill: none }} path {{ fill: none; stroke-linejoin: round }}\n'
        f'.group, .dash {{ stroke-dasharray: 5 4 }}\n{sizes}\n{widths}\n'
        + '\n'.join(rules(0))
        + '\n@media (prefers-color-scheme: dark) {\n'
        + '\n'.join(rules(1))
        + '\n}'
    )


def num(x):
    return f'{x:.2f}'.rstrip('0').rstrip('.')


class Box(NamedTuple):
    "A rectangle by its center and size."

    x: float
    y: float
    w: float
    h: float

    @property
    def top(self):
        return self.x, self.y - self.h / 2

    @property
    def bottom(self):
        return self.x, self.y + self.h / 2

    @property
    def left(self):
        return self.x - self.w / 2, self.y

    @property
    def right(self):
        return self.x + self.w / 2, self.y


def straight(a, b):
    "Where an upright or level line leaves box `a` and enters box `b`; a point is a box without size."
    if not isinstance(a, Box) and not isinstance(b, Box):
        return a, b
    a, b = (s if isinstance(s, Box) else Box(*s, 0, 0) for s in (a, b))
    ends = []
    for across, along in ((0, 1), (1, 0)):
        narrow, wide = sorted((a, b), key=lambda s: s[2 + across])
        c = narrow[across]
        if abs(c - wide[across]) > wide[2 + across] / 2:
            continue
        for s, t in ((a, b), (b, a)):
            ends.append(s[along] + math.copysign(s[2 + along] / 2, t[along] - s[along]))
        return [(c, e) if along else (e, c) for e in ends]
    raise ValueError(f'no straight arrow between {a} and {b}: give a corner between them')


class Drawing:
    """An SVG picture with a title and a description for those who cannot see it. Words between backticks are set
    as code."""

    def __init__(self, width, height, title, desc):
        self.size, self.title, self.desc, self.parts = (width, height), title, desc, []

    def shape(self, tag, kind, **attributes):
        given = ' '.join(f'{k}="{v if isinstance(v, str) else num(v)}"' for k, v in attributes.items())
        self.parts.append(f'<{tag} class="{kind}" {given}/>')

    def text(self, x, y, words, kind='text', turn=0):
        """Words around (x, y): kind `text`, `small` or `bad`, with `left`, `right`, `strong` or `in` (on a box,
        without a halo) beside it."""
        size = SIZE[kind.split()[0]]
        words = re.sub('`(.*?)`', r'<tspan class="code">\1</tspan>', escape(words, quote=False))
        turned = f' transform="rotate({turn} {num(x)} {num(y)})"' if turn else ''
        self.parts.append(f'<text class="{kind}" x="{num(x)}" y="{num(y + 0.35 * size)}"{turned}>{words}</text>')

    def box(self, x, y, w, h, label='', note='', kind='data'):
        "A box around (x, y), its label, and a smaller note under it."
        self.shape('rect', kind, x=x - w / 2, y=y - h / 2, width=w, height=h, rx=6)
        muted = 'small in' if kind == 'mute' else 'text in'
        if label:
            self.text(x, y - (9 if note else 0), label, muted)
        if note:
            self.text(x, y + 11, note, 'small in')
        return Box(x, y, w, h)

    def stack(self, x, y, items, w=150, h=44, gap=30):
        "Boxes upward from (x, y), each (label, note, kind), an arrow from each to the next."
        boxes = []
        for item in items:
            boxes.append(self.box(x, y, w, h, *item))
            y -= h + gap
            if boxes[1:]:
                self.arrow(*boxes[-2:])
        return boxes

    def plus(self, x, y):
        "A circled plus: a sum."
        self.shape('circle', 'data', cx=x, cy=y, r=11)
        self.parts.append(f'<path class="line" d="M{num(x - 6)} {num(y)} h12 M{num(x)} {num(y - 6)} v12"/>')
        return Box(x, y, 22, 22)

    def arrow(self, *stops, label='', side='right', kind='line', tip=True):
        """An arrow through boxes and corner points; it starts and ends at the sides of boxes. The label stands at
        the right or left of the middle of its first leg."""
        stops = [straight(*stops[:2])[0], *stops[1:-1], straight(*stops[-2:])[1]]
        tip = f' marker-end="url(#tip-{kind.split()[0]})"' if tip else ''
        self.parts.append(f'<path class="{kind}"{tip} d="M' + ' L'.join(f'{num(x)} {num(y)}' for x, y in stops) + '"/>')
        (x0, y0), (x1, y1) = stops[:2]
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if label:
            self.text(x + (9 if side == 'right' else -9), y, label, 'small ' + ('left' if side == 'right' else 'right'))

    def group(self, x0, y0, x1, y1, kind='group'):
        "A frame from corner to corner."
        self.shape('rect', kind, x=x0, y=y0, width=x1 - x0, height=y1 - y0, rx=10)
        return Box((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)

    def bracket(self, x, y0, y1, label):
        "A bracket from y0 to y1 that opens to the right, the label to its left."
        self.parts.append(f'<path class="line" d="M{num(x + 8)} {num(y0)} H{num(x)} V{num(y1)} H{num(x + 8)}"/>')
        self.text(x - 8, (y0 + y1) / 2, label, 'text right')

    def grid(self, x, y, cell, rows):
        "A matrix with its upper left corner at (x, y); an entry is (words, kind of box, kind of text)."
        for i, row in enumerate(rows):
            for j, (words, kind, color) in enumerate(row):
                self.shape('rect', kind, x=x + j * cell, y=y + i * cell, width=cell, height=cell)
                if words:
                    self.text(x + (j + 0.5) * cell, y + (i + 0.5) * cell, words, color + ' in')

    def axes(self, frame, xs, ys, xlabel, ylabel):
        """Ticks at `xs` and `ys` around the box `frame`, the first and last being its sides. Returns what makes
        points of values."""
        left, bottom = frame.left[0], frame.bottom[1]
        point = lambda x, y: (
            left + frame.w * (x - xs[0]) / (xs[-1] - xs[0]),
            bottom - frame.h * (y - ys[0]) / (ys[-1] - ys[0]),
        )
        for y in ys:
            self.arrow(point(xs[0], y), point(xs[-1], y), kind='axis', tip=False)
            self.text(left - 8, point(xs[0], y)[1], f'{y:.1f}', 'small right')
        for x in xs:
            self.text(point(x, ys[0])[0], bottom + 16, f'{x:,}', 'small')
        self.text(frame.x, bottom + 40, xlabel, 'small')
        self.text(left - 46, frame.y, ylabel, 'small', turn=-90)
        return point

    def curve(self, points, kind='curve'):
        "A line through the points."
        self.parts.append(f'<path class="{kind}" d="M' + ' L'.join(f'{num(x)} {num(y)}' for x, y in points) + '"/>')

    def dots(self, points, kind='curve'):
        "A dot at each of the points, and no line: what lies between them was not measured."
        for x, y in points:
            self.shape('circle', f'{kind} dot', cx=x, cy=y, r=3)

    def svg(self):
        w, h = self.size
        tips = ''.join(
            f'<marker id="tip-{k}" viewBox="0 0 10 10" refX="9.2" refY="5" markerWidth="{9 if c[2] < 3 else 13}" '
            f'markerHeight="{9 if c[2] < 3 else 13}" markerUnits="userSpaceOnUse" orient="auto">'
            '<path d="M0 0 L10 5 L0 10 z"/></marker>'
            for k, c in LINES.items()
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
            f'aria-labelledby="title desc">\n'
            f'<title id="title">{escape(self.title)}</title>\n<desc '
            f'id="desc">{escape(self.desc)}</desc>\n<style>\n{style()}\n</style>\n<defs>{tips}</defs>\n'
            f'<rect class="card" x="1" y="1" width="{w - 2}" height="{h - 2}" rx="10"/>\n'
            + '\n'.join(self.parts)
            + '\n</svg>\n'
        )


def pipeline():
    "From text to text."
    d = Drawing(
        500,
        668,
        'From text to text',
        'Left, training: a tokenizer turns text into ids, data cuts them into windows, the GPT turns ids into '
        'logits, and the trainer sends the loss back as '
        'gradients. Right, writing: the tokenizer turns a prompt into ids, the same GPT gives logits, the sampler '
        'draws one token and appends it, again and again, until the ids become text.',
    )
    left, right, w, h = 148, 352, 136, 46
    d.text(left, 32, 'training', 'text strong')
    d.text(right, 32, 'writing', 'text strong')
    text, prompt = d.box(left, 78, w, h, 'text', '00'), d.box(right, 78, w, h, '“ROMEO:”', 'a prompt')
    tok, tok2 = (d.box(x, 158, w, h, 'tokenizer', '01 encode', 'embed') for x in (left, right))
    win = d.box(left, 238, w, h, 'windows', '02', 'embed')
    gpt = d.group(52, 302, 448, 470, 'shade')
    d.text(430, 322, 'GPT  (06)', 'small right in')
    for y, label, kind, chapter in (
        (356, 'embed', 'embed', '03'),
        (398, 'n_layer × (attention + MLP)', 'attn', '04, 05'),
        (440, 'head', 'embed', 'the same table'),
    ):
        d.box(250, y, 360, 34, label, kind=kind)
        d.text(420, y, chapter, 'small right in')
    loss, sampler = (
        d.box(left, 548, w, h, 'loss', '07 training', 'out'),
        d.box(right, 548, w, h, 'sampler', '08 one token', 'out'),
    )
    out = d.box(right, 630, w, h, 'text', '01 decode')
    for leg in ((text, tok), (prompt, tok2), (sampler, out)):
        d.arrow(*leg)
    d.arrow(tok, win, label='ids')
    d.arrow(win, gpt, label='`[B, T]`')
    d.arrow(tok2, gpt, label='ids so far', side='left')
    d.arrow(gpt, loss, label='`[B, T, V]`')
    d.arrow(gpt, sampler, label='last position', side='left')
    d.arrow(loss, (30, 548), (30, 386), gpt, kind='back')
    d.text(17, 467, 'gradients', 'small', turn=-90)
    d.arrow(sampler, (470, 548), (470, 238), (right + 1, 238), kind='back')
    d.text(483, 393, 'append, and again', 'small', turn=90)
    return d


SUBLAYERS = (('`ln_1`', '`attn`', 'attn'), ('`ln_2`', '`mlp`', 'mlp'))


def block(d, x, y, post=False, aside=105, w=96, notes=('', '')):
    """The stream through one block, upward from (x, y): each sublayer on a branch, its norm there (pre-LN) or
    after the sum (post-LN). Returns where it ends."""
    for (ln, label, kind), note in zip(SUBLAYERS, notes):
        tap, plus = (x, y - 18), d.plus(x, y - (126 if post else 160))
        d.arrow((x, y), plus, kind='stream', tip=False)
        f = d.box(x + aside, y - (76 if post else 114), w, 46 if note else 40, label, note, kind)
        norm = d.box(x, y - 164, 74, 32, ln, kind='norm') if post else d.box(x + aside, y - 58, w, 32, ln, kind='norm')
        d.arrow(tap, (x + aside, tap[1]), f if post else norm)
        if not post:
            d.arrow(norm, f)
        d.arrow(f, (x + aside, plus.y), plus)
        if post:
            d.arrow(plus, norm, kind='stream', tip=False)
        y, start = y - 190, norm if post else plus
        d.arrow(start, (x, y), kind='stream', tip=False)
    return y


def both_blocks():
    "Post-LN and pre-LN."
    d = Drawing(
        480,
        586,
        'A block, post-LN and pre-LN',
        'Two blocks side by side, read from bottom to top. In the post-LN block the branches hold only attn and '
        'mlp, and the norms ln_1 and ln_2 sit on the '
        'vertical stream itself, after each plus. In the pre-LN block the stream runs through unbroken, and each '
        'norm sits on the branch, before attn and before mlp.',
    )
    for x, name, who, post, first, second in (
        (66, '`PostLNBlock`', 'post-LN: Transformer, GPT-1', True, 'x = ln_1(x + attn(x))', 'x = ln_2(x + mlp(x))'),
        (306, '`Block`', 'pre-LN: GPT-2', False, 'x = x + attn(ln_1(x))', 'x = x + mlp(ln_2(x))'),
    ):
        d.text(x + 54, 30, name, 'text strong')
        d.text(x + 54, 54, who, 'small')
        y = block(d, x, 496, post)
        d.arrow((x, y), (x, 86), kind='stream')
        d.text(x + 14, 96, '`[B, T, C]`', 'small left')
        d.text(x + 14, 498, '`x  [B, T, C]`', 'small left')
        d.text(x + 54, 534, f'`{first}`', 'small')
        d.text(x + 54, 558, f'`{second}`', 'small')
    return d


def gpt():
    "The whole of GPT-2, shapes on its arrows."
    d = Drawing(
        520,
        800,
        'A decoder-only GPT',
        'Read from bottom to top. Left: token ids of shape B by T pick rows of wte, positions pick rows of wpe, '
        'the sum of shape B by T by C passes blocks h.0 to h.11, the final norm ln_f '
        'and the head, which is the table wte again, and leaves as logits B by T by V. Right: one block, in which '
        'ln_1 and attn, then ln_2 and mlp, each read the stream and add to it.',
    )
    x = 146
    idx, pos = d.box(92, 756, 98, 46, '`idx`', 'token ids'), d.box(202, 756, 98, 46, '0 … T−1', 'positions')
    wte, wpe = (
        d.box(92, 668, 98, 46, '`wte`', '`[V, C]`', 'embed'),
        d.box(202, 668, 98, 46, '`wpe`', '`[1024, C]`', 'embed'),
    )
    plus = d.plus(x, 602)
    d.arrow(idx, wte, label='`[B, T]`')
    d.arrow(pos, wpe, label='`[T]`')
    d.arrow(wte, (92, plus.y), plus)
    d.arrow(wpe, (202, plus.y), plus)
    d.text(88, 586, '`[B, T, C]`', 'small')
    d.text(200, 586, '`[T, C]`', 'small')
    drop, h0, h1 = d.stack(x, 546, (('`drop`',), ('`h.0`', '', 'shade'), ('`h.1`', '', 'shade')), h=38, gap=34)
    h11, ln_f, head, logits = d.stack(
        x,
        316,
        (('`h.11`', '', 'shade'), ('`ln_f`', '', 'norm'), ('`wte` again', '', 'embed'), ('`logits`', '', 'out')),
        h=38,
        gap=44,
    )
    d.arrow(plus, drop)
    d.text(x, 360, '⋮')
    d.arrow(h1, (x, 372), tip=False)
    d.arrow((x, 348), h11)
    for y, shape in (
        (510, '[B, T, C]'),
        (438, '[B, T, C]'),
        (275, '[B, T, C]'),
        (193, '[B, T, C]'),
        (111, '[B, T, V]'),
    ):
        d.text(x - 9, y, f'`{shape}`', 'small right')
    d.arrow(wte, (24, wte.y), (24, head.y), head, kind='link dash', tip=False)
    d.text(24, 410, 'one tensor', 'small', turn=-90)
    panel = d.group(282, 186, 508, 640, 'shade')
    for y in (panel.top[1] + 8, panel.bottom[1] - 8):
        d.arrow((h0.right[0], h0.y + math.copysign(17, y - h0.y)), (panel.left[0], y), kind='faint dash', tip=False)
    y = block(d, 318, 606, aside=104, w=126, notes=('`nh` heads, `T×T`', 'C → 4C → C'))
    d.arrow((318, y), (318, 196), kind='stream')
    d.text(332, 612, '`x  [B, T, C]`', 'small left in')
    d.text(332, 206, '`x  [B, T, C]`', 'small left in')
    d.text(395, 168, 'each of the 12 blocks', 'small')
    for i, (name, what) in enumerate(
        (
            ('B', 'sequences'),
            ('T', 'positions, at most 1024'),
            ('C', 'n_embd, 768'),
            ('V', 'vocab_size, 50257'),
            ('nh', 'n_head, 12'),
        )
    ):
        d.text(318, 668 + 24 * i, f'`{name}`', 'small strong')
        d.text(340, 668 + 24 * i, what, 'small left')
    d.text(395, 62, '`GPT`', 'text strong')
    d.text(395, 86, 'GPT-2’s smallest size', 'small')
    return d


def residual():
    "The stream that every sublayer reads and adds to."
    d = Drawing(
        500,
        716,
        'The residual stream',
        'Read from bottom to top. One thick vertical line starts at wte plus wpe and ends at ln_f. Beside it the '
        'sublayers of blocks h.0 to h.11: each reads the line through its norm, and what '
        'attn or mlp makes of it is added back at a plus. Attention also reads the streams of earlier positions. A '
        'dashed arrow runs straight down beside the line, past all of them: the share of the '
        'gradient that the sum hands down as it is. What the sublayers hand down comes on top.',
    )
    x = 172
    start, end = (
        d.box(x, 664, 172, 46, '`wte + wpe`', 'one vector per position', 'embed'),
        d.box(x, 118, 110, 36, '`ln_f`', kind='norm'),
    )
    spot = start
    for y, layer, (ln, f, kind) in (
        (592, '₀', SUBLAYERS[0]),
        (484, '₀', SUBLAYERS[1]),
        (334, '₁₁', SUBLAYERS[0]),
        (226, '₁₁', SUBLAYERS[1]),
    ):
        plus = d.plus(x, y - 58)
        d.arrow(spot, plus, kind='stream', tip=False)
        spot = plus
        norm, sub = d.box(258, y, 68, 34, ln, kind='norm'), d.box(358, y, 76, 40, f, kind=kind)
        d.arrow((x, y), norm)
        d.arrow(norm, sub)
        d.arrow(sub, (358, plus.y), plus)
        d.text(268, plus.y - 13, ('a' if kind == 'attn' else 'm') + layer, 'text')
        if kind == 'attn':
            d.arrow((486, y), sub)
            d.text(442, y - 28, 'earlier', 'small')
            d.text(442, y - 12, 'positions', 'small')
    d.arrow(spot, end, kind='stream')
    d.text(258, 383, '⋮')
    d.text(358, 383, '⋮')
    d.bracket(82, 418, 606, '`h.0`')
    d.bracket(82, 160, 348, '`h.11`')
    d.text(74, 383, '⋮', 'text right')
    d.arrow(end, (x, 80))
    d.text(x + 12, 84, 'to the head', 'small left')
    d.arrow((124, 150), (124, 632), kind='back dash')
    d.text(110, 383, 'one share of the gradient: unchanged', 'small', turn=-90)
    d.text(250, 34, 'x  =  x₀ + a₀ + m₀ + … + a₁₁ + m₁₁', 'text strong')
    return d


def attention():
    "Multi-head attention as the code does it."
    d = Drawing(
        480,
        812,
        'Multi-head attention',
        'Read from bottom to top. x of shape B by T by C goes through c_attn to B by T by 3C, which is split into '
        'q, k and v and viewed as nh heads of size hs: B by nh by T by hs each. In every head q times k transposed '
        'over the root of hs gives T by T scores, the causal mask and the softmax make weights of them, and the '
        'weights times v give B by nh by T by hs. The heads are joined to B by T by C and mixed by c_proj.',
    )
    for off in (16, 8, 0):
        d.group(24 + off, 246 - off, 440 + off, 656 - off, 'shade')
    x, w, h = 232, 390, 46
    c_attn = d.box(x, 730, w, h, '`c_attn`', 'one product: C → 3C', 'attn')
    d.arrow((x, 788), c_attn, label='`x  [B, T, C]`')
    q, k, v = (
        d.box(cx, 618, 122, h, f'`{name}`', '`[B, nh, T, hs]`') for cx, name in ((100, 'q'), (232, 'k'), (364, 'v'))
    )
    for part in (q, k, v):
        d.arrow(c_attn, part)
    d.text(166, 682, 'split', 'small')
    d.text(298, 682, 'cut into heads', 'small')
    scores, _, weights = d.stack(
        166,
        522,
        (
            ('`q @ kᵀ / √hs`', 'scores `[B, nh, T, T]`', 'attn'),
            ('causal mask', '−∞ for the future', 'attn'),
            ('softmax, dropout', 'weights `[B, nh, T, T]`', 'attn'),
        ),
        w=214,
        h=h,
        gap=28,
    )
    mix, c_proj = (
        d.box(x, 288, w, h, '`weights @ v`', '`[B, nh, T, hs]`', 'attn'),
        d.box(x, 138, w, h, '`c_proj`, dropout', 'mixes the heads: C → C', 'attn'),
    )
    for leg in ((q, scores), (k, scores), (weights, mix), (v, mix)):
        d.arrow(*leg)
    d.text(402, 448, '`nh` heads', 'small in')
    d.text(402, 466, 'at once', 'small in')
    d.arrow(mix, c_proj)
    d.text(x + 9, 193, 'join the heads: `[B, T, C]`', 'small left')
    d.arrow(c_proj, (x, 70))
    d.text(x + 9, 92, '`[B, T, C]`', 'small left')
    d.text(x, 34, '`CausalSelfAttention`', 'text strong')
    return d


def radio():
    "Query, key and value as a radio, each part beside the line of code that computes it."
    d = Drawing(
        500,
        640,
        'Attention as a radio',
        'Top: the words Ann, has, 3, Bob, has, 7 are stations; each sends a program, its value, on a frequency, '
        'its key. '
        'Below them the word 7 is a receiver with a dial, its query. A thick line comes from Bob, thin ones from '
        'the others: '
        'the closer a frequency is to the dial, the louder. What it plays is a mix of all programs, here mostly Bob. '
        'A list binds each part to a line of code.',
    )
    d.text(250, 32, 'The word 7 asks: whose number am I?', 'text strong')
    d.text(250, 62, 'stations: each word sends ② a program on ① a frequency', 'small')
    words = ('Ann', 'has', '3', 'Bob', 'has', '7')
    heard = ('line', 'faint', 'faint', 'stream', 'faint', 'faint')
    receiver = d.box(250, 296, 250, 50, '7', 'a receiver with ③ a dial', 'attn')
    for i, (word, kind) in enumerate(zip(words, heard)):
        x = 60 + 76 * i
        d.arrow((x, 120), (175 + 30 * i, receiver.top[1]), kind=kind)
        d.box(x, 98, 64, 44, word, kind='attn' if word == 'Bob' else 'embed')
    d.text(250, 186, '④ how close is its frequency to the dial?', 'small')
    d.text(250, 212, '⑤ so loud it is heard', 'small')
    out = d.box(250, 388, 250, 50, '⑥ the mix', 'mostly what Bob sends', 'out')
    d.arrow(receiver, out)
    lines = (
        ('① frequency', 'key', 'k = x @ W_k'),
        ('② program', 'value', 'v = x @ W_v'),
        ('③ dial', 'query', 'q = x @ W_q'),
        ('④ closeness', 'scores', 'scores = q @ k.T'),
        ('⑤ loudness', 'weights', 'scores.softmax(-1)'),
        ('⑥ mix', 'output', 'weights @ v'),
    )
    for i, (radio, name, code) in enumerate(lines):
        y = 456 + 30 * i
        d.text(38, y, radio, 'text left')
        d.text(178, y, name, 'text left strong')
        d.text(276, y, f'`{code}`', 'text left')
    return d


def training_step():
    "One step of the trainer, and what stands around it."
    d = Drawing(
        500,
        606,
        'A step of the trainer',
        'For each micro-batch: windows, loss, gradients that add up. Then the guards look at loss and norm: a bad '
        'number stops the run, a spike may skip the update. Then clip, AdamW with the rate of this step, and the next '
        'step. At the right, every so many steps: validation loss, patience, checkpoint; a signal saves and ends.',
    )
    x, w, h, far = 160, 190, 46, 386
    d.text(x, 30, 'one step', 'text strong')
    d.text(far, 30, 'between two steps', 'text strong')
    d.group(36, 52, 284, 254, 'shade')
    batch = d.box(x, 88, w, h, '`windows.batch`', 'micro-batch j of step s', 'embed')
    loss = d.box(x, 156, w, h, 'loss', 'dropout from (seed, s, j)', 'attn')
    grads = d.box(x, 224, w, h, 'gradients', 'add up over j', 'out')
    guards = d.box(x, 314, w, h, 'guards', 'finite? a spike?', 'norm')
    clip = d.box(x, 394, w, h, 'clip', 'norm at most `grad_clip`', 'mlp')
    adamw = d.box(x, 474, w, h, 'AdamW', '`lr_at(s)`', 'mlp')
    step = d.box(x, 558, w, h, 'step s + 1', '', 'data')
    for leg in ((batch, loss), (loss, grads), (grads, guards), (guards, clip), (clip, adamw), (adamw, step)):
        d.arrow(*leg)
    d.arrow(guards, (30, 314), (30, 558), step, kind='back')
    d.text(17, 436, 'skip a spike', 'small', turn=-90)
    signal = d.box(far, 558, 160, h, 'a signal?', 'save and end', 'norm')
    evaluate = d.box(far, 442, 160, h, '`evaluate`', 'exact; patience', 'out')
    save = d.box(far, 326, 160, h, '`save`', 'whole or not at all', 'data')
    d.arrow(step, signal)
    d.arrow(signal, evaluate, label='every so often')
    d.arrow(evaluate, save)
    d.arrow(save, (far, 88), batch)
    d.text(far + 9, 206, 'the next step', 'small left')
    return d


def transformer():
    "The original, and what a GPT keeps of it."
    d = Drawing(
        520,
        900,
        'The original Transformer',
        'Read from bottom to top. Left, in gray, the encoder: input embedding plus positions, then six times '
        'multi-head attention and feed forward, each followed by add and norm. Right the decoder: output embedding '
        'plus positions, then six times masked multi-head attention, attention to the encoder, and feed forward, '
        'each followed by add and norm; then linear and softmax. What a GPT keeps is colored and shaded: '
        'the decoder without its attention to the encoder.',
    )
    enc, dec, w, h = 128, 384, 168, 46
    d.group(272, 592, 510, 888, 'shade')
    d.group(272, 96, 510, 452, 'shade')
    d.group(14, 454, 240, 722)
    d.group(282, 318, 500, 722)
    d.text(22, 438, 'Encoder', 'text left strong')
    d.text(236, 438, '6 ×', 'small right')
    d.text(290, 302, 'Decoder', 'text left strong in')
    d.text(496, 302, '6 ×', 'small right in')

    def start(x, words, tables, kind, away):
        "The embedding and the positions; the positions come from the side `away`."
        table, plus = d.box(x, 820, w, h, 'Embedding', tables[0], kind), d.plus(x, 768)
        d.text(x, 872, words, 'small in')
        d.arrow((x, 862), table)
        d.arrow(table, plus)
        d.arrow((x + 48 * away, 768), plus)
        side = 'small in ' + ('left' if away > 0 else 'right')
        d.text(x + 52 * away, 759, 'positions', side)
        d.text(x + 52 * away, 777, tables[1], side)
        return plus

    def sublayer(x, y, spot, label, note, norm, kind, away):
        "A sublayer above `spot`, its residual on the side `away`, its add & norm."
        f, n = (
            d.box(x, y, w, h, label, note, kind),
            d.box(x, y - 56, w, 30, norm, kind='mute' if kind == 'mute' else 'norm'),
        )
        d.arrow(spot, f)
        d.arrow(f, n)
        d.arrow((x, y + 36), (x + 103 * away, y + 36), (x + 103 * away, n.y), n)
        return n

    spot = start(enc, 'the source text', ('', 'sin, cos'), 'mute', -1)
    spot = sublayer(enc, 676, spot, 'Multi-head attention', '', 'Add & norm', 'mute', -1)
    memory = sublayer(enc, 540, spot, 'Feed forward', '', 'Add & norm', 'mute', -1)
    spot = start(dec, 'the text so far', ('`wte`', '`wpe`'), 'embed', 1)
    spot = sublayer(dec, 676, spot, 'Masked multi-head', 'attention: `attn`', 'Add & norm: `ln_1`', 'attn', 1)
    spot = sublayer(dec, 540, spot, 'Multi-head attention', 'to the encoder', 'Add & norm', 'mute', 1)
    d.arrow(memory, (enc, 420), (256, 420), (256, 540), Box(dec, 540, w, h))
    d.text(192, 407, 'keys, values', 'small')
    spot = sublayer(dec, 404, spot, 'Feed forward', '`mlp`', 'Add & norm: `ln_2`', 'mlp', 1)
    linear, softmax = (
        d.box(dec, 244, w, h, 'Linear', '`lm_head`', 'embed'),
        d.box(dec, 172, w, h, 'Softmax', 'in loss and sampler', 'out'),
    )
    d.arrow(spot, linear)
    d.arrow(linear, softmax)
    d.arrow(softmax, (dec, 126))
    d.text(dec, 114, 'probabilities', 'small in')
    d.text(260, 38, 'The Transformer of 2017', 'text strong')
    d.text(260, 62, 'and what a GPT keeps of it', 'small')
    for y, kinds, words in (
        (120, ('attn', 'mlp', 'norm', 'embed', 'out'), 'a GPT keeps it'),
        (152, ('mute',), 'a GPT leaves it out'),
    ):
        for i, kind in enumerate(kinds):
            d.box(36 + 19 * i, y, 16, 16, kind=kind)
        d.text(40 + 19 * len(kinds), y, words, 'small left')
    for i, line in enumerate(
        (
            'GPTs learn the vectors of',
            'positions. GPT-1 keeps',
            'the norm after each sum,',
            'GPT-2 moves it to the',
            'front of each sublayer.',
        )
    ):
        d.text(28, 200 + 22 * i, line, 'small left')
    return d


def ladder_loss():
    """The loss of rung 12, the last of the published ladder, as nbs/results/ladder.jsonl has it; nothing where
    that rung has not been run."""
    path, runs = ROOT / 'nbs' / 'results' / 'ladder.jsonl', []
    if path.exists():
        runs = [r for r in map(json.loads, path.read_text(encoding='utf-8').splitlines()) if r['rung'] == 12]
    if not runs:
        return None
    steps = max(r['steps'] for r in runs)
    runs = [r for r in runs if r['steps'] == steps]
    part = max(1, steps // 100)  # a point of `curve` is the mean of this many batches
    low, high = min(min(r['curve']) for r in runs), max(v for r in runs for _, v in r['val'])
    ticks = next((n for n in (6, 5, 4) if steps % (10 * n) == 0), 1)
    end, params = sum(r['val_loss'] for r in runs) / len(runs), runs[0]['params']
    d = Drawing(
        520,
        400,
        f'Loss of a GPT with {params:,} parameters',
        f'Training loss and exact validation loss over {steps:,} steps, {len(runs)} seeds. Both fall steeply at '
        f'first and ever more slowly then; '
        f'validation ends at {end:.3f} nats per token on average.',
    )
    d.text(290, 30, f'{params:,} parameters, {len(runs)} seeds', 'text strong')
    point = d.axes(
        Box(282, 196, 416, 272),
        [steps // ticks * i for i in range(ticks + 1)],
        [0.5 * i for i in range(math.floor(2 * low), math.ceil(2 * high) + 1)],
        'step',
        'nats per token',
    )
    for r in runs:
        d.curve([point((i + 0.5) * part, v) for i, v in enumerate(r['curve'])], 'train')
    for r in runs:
        d.dots([point(*v) for v in r['val']])
    d.curve([(226, 84), (254, 84)], 'train')
    d.text(264, 84, f'training, mean of {part} batches', 'small left')
    d.dots([(240, 108)])
    d.text(264, 108, f'validation, exact: {end:.3f} at the end', 'small left')
    return d


def writing():
    """A sample as it was written: at each step the likeliest characters and the one that was drawn, as the index
    notebook keeps them in nbs/results/writing.json; nothing where it has not been run."""
    path = ROOT / 'nbs' / 'results' / 'writing.json'
    if not path.exists():
        return None
    run = json.loads(path.read_text(encoding='utf-8'))
    steps, show = run['steps'], lambda c: {'\n': '\u21b5', ' ': '\u2423'}.get(c, c)
    rows, w, h = len(steps[0]['top']), 21, 27
    x0, y0 = 262 - w * (len(steps) - 1) / 2, 122
    said = run['prompt'] + ''.join(s['drawn'] for s in steps)
    d = Drawing(
        520,
        y0 + h * rows + 74,
        'A sample being written',
        f'For each of {len(steps)} characters that a trained model adds to {run["prompt"]!r}, a column with the '
        f'{rows} characters it finds likeliest, '
        f'the fuller the likelier, and a ring around the one that was drawn; below, how likely that was. The '
        f'result is {said!r}.',
    )
    d.text(260, 30, 'A sample being written', 'text strong')
    d.text(260, 56, f'after `{run["prompt"].strip()}`, by a model of {run["params"]:,} parameters', 'small')
    d.text(260, 82, 'each column: what it finds likeliest, and in the ring what was drawn', 'small')
    for i, step in enumerate(steps):
        x, y = x0 + i * w, y0 + h * rows
        for j, (c, p) in enumerate(step['top']):
            d.shape(
                'rect',
                'attn',
                x=x - w / 2 + 1,
                y=y0 + h * (j - 0.5) + 1,
                width=w - 2,
                height=h - 2,
                rx=4,
                style=f'fill: #5b82dd; stroke: none; opacity: {0.05 + 0.6 * p**0.5:.2f}',
            )
            d.text(x, y0 + h * j, f'`{show(c)}`', 'text in')
        at = [c for c, _ in step['top']].index(step['drawn']) if step['drawn'] in dict(step['top']) else rows
        if at == rows:
            d.text(x, y + 2, f'`{show(step["drawn"])}`', 'text in')
        d.shape(
            'rect',
            'stream',
            x=x - w / 2 + 1,
            y=y0 + h * (at - 0.5) + 1 + 2 * (at == rows),
            width=w - 2,
            height=h - 2,
            rx=4,
            style='fill: none; stroke-width: 2',
        )
        d.text(x, y + 30, f'{100 * step["p"]:.0f}', 'small in')
    d.text(260, y0 + h * rows + 54, 'how likely the drawn character was, in percent', 'small')
    return d


def stairs():
    """The ground floor's results: for each chapter its loss as a bar, and the first words that the model writes.

    Nothing where nbs/results/staircase.json is missing.
    """
    path = ROOT / 'nbs' / 'results' / 'staircase.json'
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding='utf-8'))
    h, x0, width, most = 62, 30, 380, max(s['loss'] for s in found.values())
    said = '; '.join(f'{n} {s["title"]} {s["loss"]:.3f}' for n, s in found.items())
    d = Drawing(
        520,
        86 + h * len(found),
        'The stairs of the ground floor',
        f'For each chapter a bar as long as the validation loss of the model by then, in nats per character: {said}.',
    )
    d.text(260, 32, 'The same small model, a part more in each chapter', 'text strong')
    d.text(260, 56, 'exact validation loss in nats per character, and what it writes after ROMEO:', 'small')
    for i, (number, stair) in enumerate(found.items()):
        y, w = 80 + h * i, width * stair['loss'] / most
        d.shape('rect', 'attn', x=x0, y=y, width=w, height=28, rx=4)
        d.text(x0 + 8, y + 14, f'{number}  {stair["title"]}', 'text left in')
        d.text(x0 + w + 10, y + 14, f'{stair["loss"]:.3f}', 'text left')
        words = ' '.join(stair['text'].removeprefix('ROMEO:').split())
        d.text(x0 + 8, y + 42, f'`{words[:52]}…`', 'small left')
    return d


def page():
    """The text that `make train` ended on, as the index notebook keeps it in nbs/results/writing.json, letter by
    letter: a curtain before each line steps aside, one letter at a time.

    Nothing where there is no such text. Who asked their system for less motion sees the whole text at once.
    """
    path = ROOT / 'nbs' / 'results' / 'writing.json'
    run = json.loads(path.read_text(encoding='utf-8')) if path.exists() else {}
    if 'text' not in run:
        return None
    lines = [part for line in run['text'].strip().splitlines() for part in textwrap.wrap(line, 52) or ['']][:12]
    w, h, x0, y0, hold, each = 9, 22, 24, 82, 6, 0.055  # letters' places, seconds at the end, seconds a letter
    whole = sum(map(len, lines)) * each + hold
    d = Drawing(
        520,
        y0 + h * len(lines) + 12,
        'A small GPT writes',
        f'A model of {run["params"]:,} parameters goes on from ROMEO, letter by letter: {" / ".join(lines)}',
    )
    d.text(260, 26, 'A small GPT writes', 'text strong')
    d.text(260, 48, f'{run["params"]:,} parameters, trained by `make train`, no GPU', 'small')
    curtains, rules, at = [], [], 0.0
    for i, line in enumerate(lines):
        if not line:
            continue
        y, width = y0 + h * i, w * len(line)
        d.parts.append(
            f'<text class="small left in code" x="{x0}" y="{num(y + 5)}" textLength="{num(width - 1)}" '
            f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(line, quote=False)}</text>'
        )
        place = f'x="{x0 - 2}" y="{num(y - h / 2)}" width="{num(width + 4)}" height="{h}"'
        curtains.append(f'<rect class="curtain c{i}" {place}/>')
        begin, at = at, at + len(line) * each
        rules.append(
            f'.c{i} {{ animation: k{i} {num(whole)}s infinite }} @keyframes k{i} {{ '
            f'0%, {100 * begin / whole:.3f}% {{ transform: none; animation-timing-function: steps({len(line)}, end) }} '
            f'{100 * at / whole:.3f}%, 100% {{ transform: translateX({num(width + 4)}px) }} }}'
        )
    light, dark = COLORS['card'][0], COLORS['card'][2]
    # within a frame of their own, so that no curtain ever covers the border
    d.parts.append('<clipPath id="inside"><rect x="10" y="4" width="500" height="2000"/></clipPath>')
    d.parts.append('<g clip-path="url(#inside)">' + ''.join(curtains) + '</g>')
    d.parts.append(
        f'<style>.curtain {{ fill: {light}; stroke: none }} {" ".join(rules)}\n'
        f'@media (prefers-color-scheme: dark) {{ .curtain {{ fill: {dark} }} }}\n'
        '@media (prefers-reduced-motion: reduce) { .curtain { animation: none; visibility: hidden } }</style>'
    )
    return d


def minutes():
    """Loss against time: nbs/results/minutes.jsonl has whole commands, best.jsonl the runs of the best small model.

    Nothing where the first is missing.
    """
    found = {}
    for name in ('minutes', 'best'):
        path = ROOT / 'nbs' / 'results' / f'{name}.jsonl'
        text = path.read_text(encoding='utf-8') if path.exists() else ''
        found[name] = [json.loads(line) for line in text.splitlines()]
    if not found['minutes']:
        return None
    runs = [[(x['cpu_seconds'] / 60 * s / x['steps'], loss) for s, loss in x['curve'][1:]] for x in found['best']]
    ticks = [0.25, 0.5, 1, 2, 4] if not runs else [0.25, 0.5, 1, 2, 4, 8, 16, 32]
    ours = [x for x in found['minutes'] if x['name'] != 'nanoGPT']
    said = '; '.join(f'{x["name"]} {x["loss"]:.3f} after {x["seconds"]:.0f} seconds' for x in found['minutes'])
    d = Drawing(
        520,
        400,
        'Loss against time',
        f'Validation loss over minutes, on an axis where each tick is twice the one before. Whole commands on two '
        f'cores: {said}.' + (f' A curve for each of {len(runs)} runs of the best small model.' if runs else ''),
    )
    d.text(290, 30, 'Validation loss against time', 'text strong')
    frame, low, high = Box(282, 196, 416, 272), 1.3, 2.1
    left, bottom = frame.left[0], frame.bottom[1]

    def point(t, loss):
        share = math.log2(t / ticks[0]) / math.log2(ticks[-1] / ticks[0])
        return left + frame.w * share, bottom - frame.h * (loss - low) / (high - low)

    for i in range(9):
        y = low + i / 10
        d.arrow(point(ticks[0], y), point(ticks[-1], y), kind='axis', tip=False)
        d.text(left - 8, point(ticks[0], y)[1], f'{y:.1f}', 'small right')
    for t in ticks:
        d.text(point(t, low)[0], bottom + 16, {0.25: '¼', 0.5: '½'}.get(t, f'{t}'), 'small')
    d.text(frame.x, bottom + 40, 'minutes', 'small')
    d.text(left - 46, frame.y, 'nats per character', 'small', turn=-90)
    for run in runs:
        d.curve([point(t, loss) for t, loss in run if t >= ticks[0] and loss <= high])
    for x in found['minutes']:
        mine = x['name'] != 'nanoGPT'
        spot = point(x['seconds'] / 60, x['loss'])
        d.dots([spot], 'curve' if mine else 'train')
        words = f'`make train`, {x["loss"]:.2f}' if mine and x is ours[-1] else f'{x["loss"]:.2f}'
        d.text(spot[0] + 10, spot[1] - 8, words if mine else f'nanoGPT for a CPU, {x["loss"]:.2f}', 'small left')
    if runs:
        end = min(loss for run in runs for _, loss in run)
        x, y = point(max(t for run in runs for t, _ in run), end)
        d.text(x - 12, y + 4, f'the best small model, {end:.3f}', 'small right')
    return d


FIGURES = dict(
    stairs=stairs,
    page=page,
    minutes=minutes,
    pipeline=pipeline,
    writing=writing,
    block=both_blocks,
    gpt=gpt,
    residual=residual,
    attention=attention,
    radio=radio,
    training_step=training_step,
    transformer=transformer,
    ladder_loss=ladder_loss,
)

if __name__ == '__main__':
    for name, make in FIGURES.items():
        if drawing := make():
            (ROOT / 'images' / f'{name}.svg').write_text(drawing.svg(), encoding='utf-8', newline='\n')
