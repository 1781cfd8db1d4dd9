"""Look at the built site as people do, in Chromium: `python tools/browser.py [page.html ...]` after `make docs`.

Every page at desktop and phone width, light and dark: no console error, no request to another host, no sideways
scrolling, alt text on images, no violation found by axe-core (contrast, heading order and the rest of WCAG 2.1 A and
AA), no broken link or anchor; and the search finds symbols. Says what is wrong, a line each, and exits with 1; where
Chromium is missing it says so and exits with 0.
"""

import functools, http.server, shutil, sys, threading, time
from urllib.parse import unquote, urldefrag, urljoin
from docs import fetch, out as site
from playwright.sync_api import sync_playwright

AXE = ('axe-core@4.14.1', 'e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745', 'axe.min.js', '../_axe')
FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync']
VIEWS = [(1280, 'light'), (1280, 'dark'), (390, 'light'), (390, 'dark')]
RULES = {
    'light': {'runOnly': ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']},
    'dark': {'runOnly': {'type': 'rule', 'values': ['color-contrast']}},
}
SEARCHES = {'CausalSelfAttention': 'reference/ground-floor.html', 'top_k': 'reference/sample.html'}
FACTS = """() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    widest: [...document.querySelectorAll('article *')]
        .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .slice(0, 2).map(e => e.outerHTML.slice(0, 90)),
    mute: [...document.images].filter(i => !i.alt).map(i => i.currentSrc || i.src),
    ids: [...document.querySelectorAll('[id]')].map(e => e.id),
    links: [...document.querySelectorAll('a[href]')].map(a => a.href)})"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def serve():
    "The site on a free port of this machine."
    server = http.server.ThreadingHTTPServer(('localhost', 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://localhost:{server.server_port}/'


def look(browser, home, name, axe):
    "What is wrong with one page, and what it holds and leads to. Loaded once; the views are of the same page."
    wrong, facts = [], None
    page = browser.new_page(viewport={'width': VIEWS[0][0], 'height': 900})
    page.on('console', lambda m: m.type == 'error' and wrong.append(f'console: {m.text}'))
    page.on('pageerror', lambda e: wrong.append(f'script: {e}'))
    page.on(
        'request', lambda r: r.url.startswith((home, 'data:', 'blob:')) or wrong.append(f'asks another host: {r.url}')
    )
    page.goto(home + name, wait_until='load', timeout=120_000)
    page.evaluate('() => window.MathJax?.startup?.promise')
    page.evaluate(axe)
    for width, scheme in VIEWS:
        page.set_viewport_size({'width': width, 'height': 900})
        page.emulate_media(color_scheme=scheme, reduced_motion='reduce')
        facts = page.evaluate(FACTS)
        if facts['wide'] > 0:
            wrong.append(f'{width} wide: scrolls sideways by {facts["wide"]} pixels: {facts["widest"]}')
        wrong += [f'no alt text: {src}' for src in facts['mute']]
        if width < 1000:
            continue  # the same elements again
        for v in page.evaluate(
            'rules => axe.run({exclude: ["mjx-container"]}, rules)',
            RULES[scheme] | {'resultTypes': ['violations'], 'preload': False, 'elementRef': False},
        )['violations']:
            wrong.append(
                f'{width} {scheme}: axe {v["id"]}: {v["help"]}: {len(v["nodes"])} times, first '
                f'{v["nodes"][0]["html"][:120]}'
            )
    page.close()
    return list(dict.fromkeys(wrong)), facts


def search(browser, home, words, page_name):
    "Does the search lead from these words to that page?"
    page = browser.new_page()
    page.goto(f'{home}search.html?q={words}')
    page.wait_for_selector('#search-results li a', timeout=20_000)
    page.wait_for_timeout(1000)
    found = page.eval_on_selector_all('#search-results li a', 'links => links.map(a => a.href)')
    page.close()
    return (
        []
        if any(page_name in f for f in found)
        else [f'search for {words} does not find {page_name}, only {found[:3]}']
    )


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
    home, axe, wrong, ids, links = serve(), fetch(*AXE).read_text(encoding='utf-8'), [], {}, {}
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in pages:
            began = time.time()
            found, facts = look(browser, home, name, axe)
            wrong += [f'{name}: {w}' for w in found]
            print(
                f'{time.time() - began:6.1f}s  {name}: ' + ('; '.join(found) or 'nothing wrong'),
                file=sys.stderr,
                flush=True,
            )
            ids[name], links[name] = set(facts['ids']), set(facts['links'])
        for words, name in SEARCHES.items():
            wrong += search(browser, home, words, name)
        browser.close()
    for name, hrefs in links.items():
        for href in sorted(h for h in hrefs if h.startswith(home)):
            target, anchor = urldefrag(href.removeprefix(home).split('?')[0])
            target = unquote(target) or 'index.html'
            if not (site / target).exists():
                wrong.append(f'{name}: leads to {target}, which is not there')
            elif anchor and target in ids and unquote(anchor) not in ids[target]:
                wrong.append(f'{name}: leads to {target}#{anchor}, which is not there')
    print('\n'.join(wrong))
    print(
        f'{len(pages)} pages at {len(VIEWS)} views, {sum(map(len, links.values()))} links, {len(SEARCHES)} '
        f'searches: {len(wrong)} things wrong'
    )
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())
