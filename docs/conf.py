"Sphinx's settings; tools/docs.py writes the pages and calls it. Names and links come from settings.ini."

from operator import methodcaller
from docutils import nodes
from nbdev.config import get_config

cfg = get_config()
project, author, release, copyright = cfg.title, cfg.author, cfg.version, cfg.copyright
extensions = ['myst_nb', 'sphinx_copybutton', 'sphinx.ext.githubpages']
exclude_patterns = ['nbs/*']  # the notebooks to download
nb_execution_mode, nb_merge_streams, nb_render_markdown_format = 'off', True, 'myst'  # pages show the stored outputs
nb_number_source_lines = False
myst_enable_extensions = ['dollarmath', 'amsmath', 'alert', 'colon_fence', 'deflist']
myst_heading_anchors, myst_heading_slug_func = (
    4,
    methodcaller('replace', ' ', '-'),
)  # anchors as JupyterLab makes them, so that a link works in both
myst_dmath_double_inline = True
html_math_renderer = 'tex'
add_module_names, toc_object_entries, python_display_short_literal_types = False, False, True
python_maximum_signature_line_length = 90
copybutton_exclude = '.linenos, .gp, .go'
html_theme, html_title, html_css_files = 'furo', cfg.title, ['book.css']
html_favicon = '_static/icon.svg'
html_static_path, templates_path = ['_static'], ['_templates']
html_copy_source, html_show_sphinx, html_show_sourcelink = False, False, False
html_theme_options = {
    'light_css_variables': {'color-brand-primary': '#2f55a4', 'color-brand-content': '#2f55a4'},
    'dark_css_variables': {'color-brand-primary': '#9bb6f5', 'color-brand-content': '#9bb6f5'},
}
if cfg.d.get('public_home') == 'yes':
    html_baseurl = cfg.doc_host + cfg.doc_baseurl
    html_theme_options |= {
        'source_repository': cfg.git_url,
        'source_branch': cfg.branch,
        'source_directory': cfg.nbs_path.name + '/',
    }


def formula(kind):
    "A visitor that writes a formula's TeX into the page; tools/finish.py renders it once all pages are there."

    def visit(self, node):
        self.body.append(f'<{kind} class="math">{self.encode(node.astext())}</{kind}>')
        raise nodes.SkipNode

    return visit, None


def setup(app):
    app.add_html_math_renderer('tex', formula('span'), formula('div'))
