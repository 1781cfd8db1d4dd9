"""Look at the built site as people do, in Chromium: `python tools/browser.py [page.html ...]` after `make docs`.

Every page at desktop and phone width, light and dark: no console error, no request to another host, no sideways
scrolling, alt text on images, no violation found by axe-core (contrast, heading order and the rest of WCAG 2.1 A and
AA), no broken link or anchor. On the ground floor a page weighs less than a megabyte, and code fits. The search finds
sections and names, and shows why. Says what is wrong, a line each, and exits with 1; where Chromium is missing it says
so and exits with 0.
"""

import base64, gzip, http.server, json, shutil, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import quote, unquote, urldefrag
import book
from docs import cfg, out as site, page_name, vendor
from finish import fetch
from playwright.sync_api import sync_playwright

AXE = ('axe-core@4.14.1', 'e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745', 'axe')
FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync']
VIEWS = [(1280, 'light'), (1280, 'dark'), (390, 'light'), (390, 'dark')]
RULES = {
    'light': {'runOnly': ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']},
    'dark': {'runOnly': {'type': 'rule', 'values': ['color-contrast']}},
}
FLOOR = [page_name(cfg.nbs_path / name) + '.html' for name in book.PARTS['Ground floor'][1]]
HEAVIEST = 1_000_000  # bytes of a page of the ground floor, with everything that it loads
INDEX = 500_000  # bytes of the search's index
SEARCHES = {  # what one types -> where a hit leads, and what the hit shows
    'CausalSelfAttention': ('reference/ground-floor.html#gpt_nb.attention.CausalSelfAttention', 'causal'),
    'top_k': ('reference/sample.html', 'k'),
    'causal mask': ('attention.html#', 'causal mask'),
    '--max-iters': ('reference/options.html#gpt-nb-train', 'gpt-nb train'),
    'learning rate': ('training.html#', 'learning rate'),
}
FACTS = """() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    widest: [...document.querySelectorAll('article *')]
        .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .slice(0, 2).map(e => e.outerHTML.slice(0, 90)),
    blocks: [...document.querySelectorAll('article pre')].map(e => e.scrollWidth > e.clientWidth + 1),
    mute: [...document.images].filter(i => !i.alt).map(i => i.currentSrc || i.src),
    ids: [...document.querySelectorAll('[id]')].map(e => e.id),
    links: [...document.querySelectorAll('a[href]')].map(a => a.href)})"""
WEIGHT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .map(e => e.encodedBodySize).reduce((a, b) => a + b, 0)"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def serve():
    "The site on a free port of this machine."
    server = http.server.ThreadingHTTPServer(('localhost', 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://localhost:{server.server_port}/'


def look(browser, home, name, axe):
    """What is wrong with one page, what it holds and leads to, what it weighs, and how many of its blocks of code
    scroll at each width. Loaded once; the views are of the same page."""
    wrong, facts, scrolling = [], None, {}
    skip = ['.katex'] if name in FLOOR else ['.katex', '.highlight']  # code has the same colors on all pages
    page = browser.new_page(viewport={'width': VIEWS[0][0], 'height': 900}, reduced_motion='reduce')
    page.on('console', lambda m: m.type == 'error' and wrong.append(f'console: {m.text}'))
    page.on('pageerror', lambda e: wrong.append(f'script: {e}'))
    page.on(
        'request', lambda r: r.url.startswith((home, 'data:', 'blob:')) or wrong.append(f'asks another host: {r.url}')
    )
    page.goto(home + name, wait_until='load', timeout=120_000)
    weight = page.evaluate(WEIGHT)
    page.evaluate(axe)
    page.evaluate('() => document.querySelectorAll("details").forEach(d => d.open = true)')
    for width, scheme in VIEWS:
        page.set_viewport_size({'width': width, 'height': 900})
        page.emulate_media(color_scheme=scheme, reduced_motion='reduce')
        if (width, scheme) == (390, 'dark'):
            continue  # colors were looked at, and so was this width
        facts = page.evaluate(FACTS)
        scrolling[width] = sum(facts['blocks']), len(facts['blocks'])
        if facts['wide'] > 0:
            wrong.append(f'{width} wide: scrolls sideways by {facts["wide"]} pixels: {facts["widest"]}')
        wrong += [f'no alt text: {src}' for src in facts['mute']]
        if width < 1000:
            continue  # the same elements again
        for v in page.evaluate(
            '([exclude, rules]) => axe.run({exclude}, rules)',
            [skip, RULES[scheme] | {'resultTypes': ['violations'], 'preload': False, 'elementRef': False}],
        )['violations']:
            wrong.append(
                f'{width} {scheme}: axe {v["id"]}: {v["help"]}: {len(v["nodes"])} times, first '
                f'{v["nodes"][0]["html"][:120]}'
            )
    page.close()
    return list(dict.fromkeys(wrong)), facts, weight, scrolling


def look_at(pages, home, axe, chromium):
    "What `look` says of each of these pages, in a browser of their own."
    seen = {}
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in pages:
            began = time.time()
            seen[name] = look(browser, home, name, axe)
            said = '; '.join(seen[name][0]) or 'nothing wrong'
            print(f'{time.time() - began:6.1f}s  {name}: {said}', file=sys.stderr, flush=True)
        browser.close()
    return seen


def search(browser, home, words, goal, shown):
    "Does the search lead from these words to that place, and say why?"
    page = browser.new_page()
    page.goto(f'{home}search.html?q={quote(words)}')
    page.wait_for_selector('#search-results li a', timeout=20_000)
    found = page.eval_on_selector_all(
        '#search-results li', 'items => items.map(i => [i.querySelector("a").href, i.innerText])'
    )
    page.close()
    if not any(goal in href and shown in text.lower() for href, text in found[:10]):
        return [f'search for {words} does not find {goal}, only {found[:3]}']
    return []


def index_rows():
    "The rows of the search index, read back from the file that pages load."
    packed = (site / 'search-index.js').read_text(encoding='utf-8').split("'")[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def broken(ids, addresses):
    "Which of these addresses, relative to the site, lead nowhere; `ids` are the anchors of each page looked at."
    for address in sorted(addresses):
        target, anchor = urldefrag(address)
        target = unquote(target.split('?')[0]) or 'index.html'
        if not (site / target).exists():
            yield f'{target}, which is not there'
        elif anchor and target in ids and unquote(anchor) not in ids[target]:
            yield f'{target}#{unquote(anchor)}, which is not there'


def floor(weights, scrolling):
    "The table of the ground floor's pages, and what is wrong there."
    wrong, sums = [], {1280: [0, 0], 390: [0, 0]}
    print(f'{"page":18} {"KB":>5}   code that scrolls sideways at 1280 and at 390 wide')
    for page in FLOOR:
        if page not in weights:
            continue
        counts = {w: f'{n} of {total}' for w, (n, total) in scrolling[page].items()}
        print(f'{page:18} {weights[page] / 1000:5.0f}   {counts[1280]:>10} {counts[390]:>12}')
        for width, (n, total) in scrolling[page].items():
            sums[width][0] += n
            sums[width][1] += total
        if weights[page] > HEAVIEST:
            wrong.append(f'{page}: weighs {weights[page]:,} bytes, more than {HEAVIEST:,}')
    if sums[1280][0]:
        wrong.append(f'ground floor: {sums[1280][0]} blocks of code scroll sideways at 1280 wide')
    if sums[390][0] * 10 > sums[390][1]:
        wrong.append(f'ground floor: {sums[390][0]} of {sums[390][1]} blocks of code scroll sideways at 390 wide')
    return wrong


def main():
    chromium = shutil.which('chromium') or shutil.which('google-chrome')
    if not chromium:
        return print('skipped: there is no chromium here')
    pages = sys.argv[1:] or sorted(
        p.relative_to(site).as_posix()
        for p in site.rglob('*.html')
        if 'http-equiv="refresh"' not in p.read_text(encoding='utf-8')[:400]
    )
    if not pages:
        sys.exit(f'{site.name}/ holds no page: build it with `make docs`')
    home, axe = serve(), (fetch(vendor, *AXE) / 'axe.min.js').read_text(encoding='utf-8')
    wrong, ids, links, weights, scrolling = [], {}, {}, {}, {}
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(partial(look_at, home=home, axe=axe, chromium=chromium), (pages[::2], pages[1::2]))
        seen = dict(sorted((name, said) for half in halves for name, said in half.items()))
    for name, (found, facts, weights[name], scrolling[name]) in seen.items():
        wrong += [f'{name}: {w}' for w in found]
        ids[name], links[name] = set(facts['ids']), set(facts['links'])
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
        for words, (goal, shown) in SEARCHES.items():
            wrong += search(browser, home, words, goal, shown)
        browser.close()
    for name, hrefs in links.items():
        here = {h.removeprefix(home) for h in hrefs if h.startswith(home)}
        wrong += [f'{name}: leads to {place}' for place in broken(ids, here)]
    rows, size = index_rows(), (site / 'search-index.js').stat().st_size
    wrong += [f'the search leads to {place}' for place in broken(ids, {row[0] for row in rows})]
    if size > INDEX:
        wrong.append(f'the index of the search has {size:,} bytes, more than {INDEX:,}')
    wrong += floor(weights, scrolling)
    print('\n'.join(wrong))
    print(
        f'{len(pages)} pages at {len(VIEWS)} views, {sum(map(len, links.values()))} links, {len(SEARCHES)} searches in '
        f'{len(rows):,} sections and names ({size / 1000:.0f} KB): {len(wrong)} things wrong'
    )
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())
