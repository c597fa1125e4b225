"""The directives ``{explorable} name`` and ``{card} name``, and the files that a page with an explorable loads."""

import json
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .pictures import card, here, still

LOADER, SHEET = "explorables/here.js", "explorables/kit.css"
MARK = 'class="pq-here"'


class Explorable(SphinxDirective):
    """The explorable of that name: its still and its sentence, until it lives."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", here(self.arguments[0], still(*self.first())), format="html")]

    def first(self) -> tuple[str, bytes, str]:
        """Address, bytes and words of the explorable as it starts."""
        name, shelf = self.arguments[0], Path(self.config.pq_explorables)
        picture, sentences = shelf / f"{name}.png", json.loads((shelf / "sentences.json").read_text())
        for made in (picture, shelf / f"{name}.js"):
            if not made.exists() or name not in sentences:
                raise self.error(f"{name} is no explorable, or has no picture yet: see {made.name} and sentences.json")
        self.env.note_dependency(str(picture))
        return f"{up(self.env.docname)}_static/explorables/{name}.png", picture.read_bytes(), sentences[name]


class Card(Explorable):
    """The way to an explorable's page: its still with a title and a few words."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"title": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        where = f"{up(self.env.docname)}explorables/{self.arguments[0]}.html"
        return [nodes.raw("", card(where, self.options["title"], " ".join(self.content), *self.first()), format="html")]


def up(docname: str) -> str:
    """The way from a page to the root of the site.

    >>> up("index"), up("lessons/00_start_here")
    ('', '../')
    """
    return "../" * docname.count("/")


def load(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Scripts only where there is something for them to do."""
    if doctree is not None and any(MARK in raw.astext() for raw in doctree.findall(nodes.raw)):
        app.add_js_file(LOADER, type="module")
        app.add_css_file(SHEET)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("pq_explorables", "", "env")
    app.add_directive("explorable", Explorable)
    app.add_directive("card", Card)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
