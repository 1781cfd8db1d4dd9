"""Meet the chapters in JupyterLab, in Chromium: `python tools/lab.py [nbs/04_attention.ipynb ...]` (all of them take
half an hour).

Each notebook of a copy of this checkout is opened and saved as it is: git must see no change. Then it is opened
without its cells flagged `slow`, `long`, `cuda` or `eval: false`, which a reader would skip, and
Run All must end without an error. The sampler lab's sliders are moved: the lab must be on one screen, its text
must change, and nothing may move. Says what is wrong, a line a notebook, and exits with 1; where Chromium is missing
it says so and exits with 0.
"""

import json, os, re, shutil, socket, subprocess, sys, tempfile, time, urllib.request
from pathlib import Path
from nbdev.config import get_config
import book
from browser import FLAGS
from playwright.sync_api import sync_playwright

root = get_config().config_path
LIMIT = 900  # seconds for one notebook
LONG = re.compile(r'^#\|\s*(slow|long|cuda|eval:\s*false)\s*$', re.M)
# what `nbdev_install_hooks` sets up for a user
CLEAN = 'from nbdev.clean import clean_jupyter\nc.FileContentsManager.pre_save_hook = clean_jupyter\n'
READY = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
PLACES = """() => ['.widget-hbox', '.widget-html pre', '.widget-html svg'].map(name => {
    const box = [...document.querySelectorAll(name)].at(0).getBoundingClientRect()
    return [box.left, box.top, box.right, box.bottom].map(Math.round)})"""
SLIDERS = """from gpt_nb import CharTokenizer, GPT, GPTConfig
from gpt_nb.base.show import load_stair
from gpt_nb.eval.lab import sampler_lab
weights, shape, characters = load_stair('../results/stair.safetensors')
stair = GPT(GPTConfig(**shape))
stair.load_state_dict(weights)
stair.eval()
sampler_lab(stair, CharTokenizer.train(characters), 'ROMEO:\\nI will not s')"""
DO = '(name) => window.jupyterapp.commands.execute(name)'


def copy_to(folder):
    "The files that git knows, in a repository of their own."
    subprocess.check_call(['git', 'clone', '-q', '--no-hardlinks', root, folder])
    for name in subprocess.check_output(['git', 'diff', '--name-only', 'HEAD'], cwd=root, text=True).splitlines():
        if (root / name).exists():
            shutil.copy(root / name, folder / name)
    git(folder, 'add', '-A')
    git(
        folder,
        '-c',
        'user.name=lab',
        '-c',
        'user.email=lab@localhost',
        'commit',
        '-qm',
        'As it is here',
        '--allow-empty',
    )


def git(folder, *words):
    return subprocess.check_output(['git', *words], cwd=folder, text=True)


def start(folder, config):
    "JupyterLab on a free port; the process and its address."
    with socket.socket() as s:
        s.bind(('localhost', 0))
        port = s.getsockname()[1]
    (config / 'jupyter_server_config.py').write_text(CLEAN)
    words = [
        sys.executable,
        '-m',
        'jupyterlab',
        '--no-browser',
        '--allow-root',
        f'--port={port}',
        '--IdentityProvider.token=',
        f'--ServerApp.root_dir={folder}',
        '--LabApp.expose_app_in_browser=True',
        '--LabApp.extension_manager=readonly',
    ]
    env = os.environ | {'JUPYTER_CONFIG_DIR': str(config), 'PYTHONPATH': str(folder)}
    server, home = (
        subprocess.Popen(words, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
        f'http://localhost:{port}/',
    )
    for _ in range(240):
        try:
            urllib.request.urlopen(home + 'api')
            return server, home
        except OSError:
            time.sleep(0.5)
    sys.exit('JupyterLab does not start')


def open_in(browser, home, name):
    "A page with the notebook open and its kernel idle."
    page = browser.new_page(viewport={'width': 1280, 'height': 900})
    page.goto(f'{home}lab/tree/nbs/{name}?reset', timeout=120_000)
    page.wait_for_function(READY, timeout=240_000)
    return page


def close(page):
    page.evaluate(DO, 'kernelmenu:shutdown')
    page.close()


def pictures(home, folder, name):
    "Pictures of a notebook's text that the server does not give out."
    cells = json.loads((folder / 'nbs' / name).read_text(encoding='utf-8'))['cells']
    text = '\n'.join(''.join(c['source']) for c in cells if c['cell_type'] == 'markdown')
    for link in re.findall(r'!\[[^\]]*\]\(([^)\s:]+)\)', text):
        path = os.path.normpath(Path('nbs', name).parent / link)
        try:
            # the server gives files to its own pages only
            urllib.request.urlopen(urllib.request.Request(f'{home}files/{path}', headers={'Referer': home}))
        except OSError as e:
            yield f'{path}: {e}'


def meet(browser, home, folder, name):
    "What is wrong with one notebook."
    path, wrong = folder / 'nbs' / name, list(pictures(home, folder, name))
    page = open_in(browser, home, name)
    page.evaluate(DO, 'docmanager:save')
    if changed := git(folder, 'status', '--porcelain'):
        wrong.append('saving it changes ' + ', '.join(line[3:] for line in changed.splitlines()))
    close(page)
    nb = json.loads(path.read_text(encoding='utf-8'))
    nb['cells'] = [c for c in nb['cells'] if c['cell_type'] != 'code' or not LONG.search(''.join(c['source']))]
    for c in nb['cells']:
        if c['cell_type'] == 'code':
            c['outputs'] = []
    short = path.with_name('short-' + path.name)
    short.write_text(json.dumps(nb), encoding='utf-8')
    page = open_in(browser, home, short.relative_to(folder / 'nbs').as_posix())
    page.set_default_timeout(LIMIT * 1000)
    page.evaluate(DO, 'notebook:run-all-cells')
    page.evaluate(DO, 'docmanager:save')
    done = json.loads(short.read_text(encoding='utf-8'))['cells']
    errors = [
        f'{o["ename"]}: {o["evalue"]}'
        for c in done
        if c['cell_type'] == 'code'
        for o in c['outputs']
        if o['output_type'] == 'error'
    ]
    wrong += errors
    if not any(c.get('outputs') for c in done):
        wrong.append('nothing ran')
    close(page)
    short.unlink()
    git(folder, 'checkout', '-q', '.')
    git(folder, 'clean', '-qfd')
    return wrong


def slide(browser, home, folder):
    "What is wrong with the sampler lab when a person moves its sliders."
    hidden = {'jupyter': {'source_hidden': True}}
    cell = dict(cell_type='code', id='sliders', metadata=hidden, outputs=[], execution_count=None, source=SLIDERS)
    kernel = {'kernelspec': {'name': 'python3', 'display_name': 'python3', 'language': 'python'}}
    path = folder / 'nbs' / 'eval' / 'short-sliders.ipynb'
    path.write_text(json.dumps(dict(cells=[cell], metadata=kernel, nbformat=4, nbformat_minor=5)), encoding='utf-8')
    page, wrong = open_in(browser, home, 'eval/short-sliders.ipynb'), []
    page.evaluate(DO, 'notebook:run-all-cells')
    page.wait_for_selector('.widget-html svg', timeout=LIMIT * 1000)
    page.wait_for_timeout(500)
    (left, top, right, bottom), *_ = places = page.evaluate(PLACES)
    if left < 0 or top < 0 or right > 1280 or bottom > 900:
        wrong.append(f'the sampler lab is not on one screen: {left, top, right, bottom}')
    for slider in page.query_selector_all('.widget-slider'):
        name = slider.inner_text().split()[0]
        was = page.inner_text('.widget-html pre')
        slider.query_selector('.noUi-handle').focus()
        for key in ('ArrowRight', 'ArrowLeft'):  # at one of its ends it may stand already
            for _ in range(8):
                page.keyboard.press(key)
            page.wait_for_timeout(300)
            page.wait_for_function(READY, timeout=60_000)
            if page.inner_text('.widget-html pre') != was:
                break
        else:
            wrong.append(f'{name} changes nothing in the text')
        if (now := page.evaluate(PLACES)[0]) != places[0]:
            wrong.append(f'{name} moves the lab from {places[0]} to {now}')
    if shots := os.environ.get('LAB_PICTURES'):
        page.screenshot(path=Path(shots) / 'sliders.png')
    close(page)
    path.unlink()
    git(folder, 'clean', '-qfd')
    return wrong


def main():
    chromium = shutil.which('chromium') or shutil.which('google-chrome')
    if not chromium:
        return print('skipped: there is no chromium here')
    names = [Path(a).resolve().relative_to(root / 'nbs').as_posix() for a in sys.argv[1:]] or [
        f'{n}.ipynb' for n in ['index', *book.chapters()]
    ]
    bad = 0
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        folder, config = Path(d) / 'copy', Path(d) / 'config'
        config.mkdir()
        copy_to(folder)
        server, home = start(folder, config)
        try:
            browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
            for name in names:
                began = time.time()
                try:
                    wrong = meet(browser, home, folder, name)
                    if name == 'eval/lab.ipynb':
                        wrong += slide(browser, home, folder)
                except Exception as e:
                    wrong = [f'{type(e).__name__}: {str(e).splitlines()[0]}']
                bad += bool(wrong)
                print(
                    f'{time.time() - began:6.1f}s  {name}: '
                    + ('; '.join(wrong) or 'runs, and saving leaves git clean'),
                    flush=True,
                )
            browser.close()
        finally:
            server.terminate()
            server.wait()
    print(f'{len(names) - bad} passed, {bad} failed')
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
