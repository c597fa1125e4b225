"""Sphinx's settings for the site; what is particular to it is in polysite/."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT)]

from sphinx.application import Sphinx  # noqa: E402

import polyquant  # noqa: E402
from polysite import anchors, api, stage, terms  # noqa: E402

project, language = "polyquant", "en"
version = release = polyquant.__version__
copyright = "the authors of polyquant; code MIT, text CC BY 4.0"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    *(f"polysite.{name}" for name in ("anchors", "docstrings", "explorables", "finish", "formulas", "links", "terms")),
]
pq_keys = sorted(anchors.known(ROOT / "docs" / "references.md"))
pq_terms = terms.known(ROOT / "docs" / "glossary.md")
pq_sources = sorted(api.sources())
pq_explorables = str(ROOT / "widgets" / "explorables")

nb_execution_mode = "off"  # the saved outputs: tests keep them true
nb_ipywidgets_js: dict[str, str] = {}
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say them in words
add_module_names = False
napoleon_google_docstring = False
napoleon_use_param = napoleon_use_rtype = False  # types are words there, no names of classes
napoleon_use_ivar = True

html_theme = "furo"
html_title = "polyquant"
html_static_path = [str(HERE / "static" / "site")]
exclude_patterns = [stage.EXTRA, stage.STATIC]
html_favicon = str(HERE / "static" / "site" / "icon.svg")
html_css_files = ["site.css"]
html_js_files = [("reach.js", {"type": "module"})]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": False}


def setup(app: Sphinx) -> None:
    app.config.html_static_path.append(str(app.srcdir / stage.STATIC))
    app.config.html_extra_path.append(str(app.srcdir / stage.EXTRA))
