"""Draw the diagrams in images/ as SVG: `python tools/draw.py`.

A drawing is a list of boxes and arrows; colors follow the reader's light or dark page.
"""
from html import escape
from pathlib import Path

STYLE = """
text { font: 15px system-ui, sans-serif; fill: #1f2430; text-anchor: middle; dominant-baseline: central }
.small { font-size: 12.5px; fill: #5b6475 }
.box { fill: #ffffff; stroke: #5b6475; stroke-width: 1.3 }
.soft { fill: #e8eefc; stroke: #4c6fc4; stroke-width: 1.3 }
.group { fill: none; stroke: #4c6fc4; stroke-width: 1.3; stroke-dasharray: 5 4 }
.line { fill: none; stroke: #5b6475; stroke-width: 1.6 }
.back { fill: none; stroke: #c2571a; stroke-width: 1.8 }
#tip path { fill: #5b6475 } #tipback path { fill: #c2571a }
.page { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9ef } .small { fill: #aab2c0 } .page { fill: #14171c }
  .box { fill: #1f242c; stroke: #8d97a8 } .soft { fill: #22304f; stroke: #7d9bea } .group { stroke: #7d9bea }
  .line { stroke: #8d97a8 } #tip path { fill: #8d97a8 } .back { stroke: #f0914f } #tipback path { fill: #f0914f }
}"""

class Drawing:
    "An SVG picture with a title for those who cannot see it."
    def __init__(self, width, height, title):
        self.size, self.title, self.parts = (width, height), title, []

    def box(self, x, y, w, h, label, note='', kind='soft'):
        "A rounded box around (x, y), its label, and a smaller note under it."
        self.parts.append(f'<rect class="{kind}" x="{x - w / 2}" y="{y - h / 2}" width="{w}" height="{h}" rx="7"/>')
        if label: self.text(x, y - (8 if note else 0), label)
        if note: self.text(x, y + 11, note, small=True)

    def text(self, x, y, words, small=False):
        self.parts.append(f'<text x="{x}" y="{y}"{" class=" + chr(34) + "small" + chr(34) if small else ""}>{escape(words)}</text>')

    def arrow(self, *points, label='', kind='line', at=None):
        "A line through the points, with a tip at the last; the label stands above its first leg, or where `at` says."
        tip = 'tipback' if kind == 'back' else 'tip'
        self.parts.append(f'<path class="{kind}" marker-end="url(#{tip})" d="M' + ' L'.join(f'{x} {y}' for x, y in points) + '"/>')
        (x0, y0), (x1, y1) = points[:2]
        if label: self.text(*(at or ((x0 + x1) / 2, (y0 + y1) / 2 - 12)), label, small=True)

    def svg(self):
        w, h = self.size
        tip = '<marker id="{}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z"/></marker>'
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{escape(self.title)}">\n'
                f'<title>{escape(self.title)}</title>\n<style>{STYLE}\n</style>\n<defs>{tip.format("tip")}{tip.format("tipback")}</defs>\n'
                f'<rect class="page" width="{w}" height="{h}" rx="10"/>\n' + '\n'.join(self.parts) + '\n</svg>\n')

def pipeline():
    "From text to text."
    d = Drawing(980, 396, 'From text to text: a tokenizer turns text into ids, data cuts them into windows, the GPT turns ids into logits; '
                          'the trainer sends the loss back as gradients, the sampler appends one token at a time')
    y, low = 130, 318
    d.box(70, y, 100, 50, 'text', '01 corpus', kind='box')
    d.box(215, y, 110, 50, 'tokenizer', '02')
    d.box(360, y, 100, 50, 'windows', '03 data')
    d.box(610, y, 300, 160, '', kind='group')
    d.text(610, y - 64, 'GPT  (07 model)')
    d.box(510, y + 8, 76, 84, 'embed', '04')
    d.box(610, y + 8, 96, 84, '', kind='soft')
    d.text(610, y - 16, 'attention'); d.text(610, y + 1, '05', small=True); d.text(610, y + 21, 'MLP'); d.text(610, y + 38, '06 block', small=True)
    d.text(610, y + 64, '× n_layer', small=True)
    d.box(710, y + 8, 76, 84, 'head', 'tied to 04')
    d.box(880, y, 120, 50, 'loss', '11 trainer')
    d.arrow((120, y), (158, y)); d.arrow((270, y), (308, y), label='ids'); d.arrow((410, y), (458, y), label='[B, T]')
    d.arrow((548, y + 8), (560, y + 8)); d.arrow((658, y + 8), (670, y + 8)); d.arrow((760, y), (818, y), label='[B, T, V]')
    d.arrow((880, y - 25), (880, 26), (610, 26), (610, y - 82), kind='back', label='gradients', at=(745, 14))
    d.box(70, low, 100, 50, '“ROMEO:”', 'a prompt', kind='box')
    d.box(215, low, 110, 50, 'tokenizer', '02')
    d.box(610, low, 300, 50, 'the same GPT', 'logits of the last position')
    d.box(880, low, 120, 50, 'sampler', '08: one token')
    d.arrow((120, low), (158, low)); d.arrow((270, low), (458, low), label='ids so far'); d.arrow((760, low), (818, low), label='[B, V]')
    d.arrow((880, low + 25), (880, 374), (365, 374), (365, low + 4), kind='back', label='append it, and again', at=(622, 362))
    d.text(70, 50, 'training', small=True); d.text(70, 268, 'writing', small=True)
    return d

if __name__ == '__main__':
    images = Path(__file__).resolve().parent.parent/'images'
    images.mkdir(exist_ok=True)
    for make in (pipeline,): (images/f'{make.__name__}.svg').write_text(make().svg(), encoding='utf-8')
