"Write README.md from the index notebook, as `nbdev_readme` does where Quarto is; `--check` only compares."

import os, re, sys
import nbformat
from execnb.nbio import nb2str, read_nb
from nbconvert import MarkdownExporter
from nbdev.config import get_config
from nbdev.processors import FilterDefaults

NOTE = '<!-- Written by tools/readme.py from nbs/index.ipynb: edit that notebook. -->\n\n'


def joined(outputs):
    "Pieces of printed text that follow each other as one."
    done = []
    for o in outputs:
        if done and o.output_type == done[-1].output_type == 'stream' and o.name == done[-1].name:
            done[-1].text += o.text
        else:
            done.append(o)
    return done


def readme(cfg):
    "The index notebook as Markdown: hidden cells and directives left out, text outputs kept."
    os.environ['IN_TEST'] = '1'
    nb = read_nb(cfg.nbs_path / cfg.readme_nb)
    FilterDefaults()(nb)  # nbdev's own processing of hide, export, echo
    front = nb.frontmatter_
    nb = nbformat.reads(nb2str(nb), 4)
    nb.metadata.language_info = {'name': 'python'}  # nbdev_clean drops it, and the fences are named by it
    nb.cells = [c for c in nb.cells if c.cell_type != 'raw' and '<!-- WARNING' not in c.source]
    for c in nb.cells:
        if c.cell_type != 'code':
            continue
        c.metadata.transient = {'remove_source': '#| echo: false' in c.source}
        c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M)
        c.outputs = joined(
            o for o in c.outputs if 'image/png' not in o.get('data', {})
        )  # a README has its pictures in files
    show = {'NbConvertBase': {'display_data_priority': ['text/markdown', 'text/plain']}}
    body, _ = MarkdownExporter(config=show).from_notebook_node(nb)
    body = re.sub(r'\]\(((?:\w+/)*\w+\.ipynb)', r'](nbs/\1', body).replace('](../', '](')  # paths as seen from the top
    body = re.sub(r'\n{3,}', '\n\n', body).strip()
    return f'{NOTE}# {front["title"]}\n\n> {front.get("description", cfg.description)}\n\n{body}\n'


if __name__ == '__main__':
    cfg = get_config()
    path, text = cfg.config_path / 'README.md', readme(get_config())
    if '--check' not in sys.argv:
        path.write_text(text, encoding='utf-8')
    elif path.read_text(encoding='utf-8') != text:
        sys.exit('README.md differs from the index notebook: run `make sync`')
