"""Pictures that compute in the browser: one file of JavaScript each, in ``explorables/``, for notebooks and for pages.

In a notebook the file becomes an anywidget, joined with ``kit.js`` since a widget's module cannot import a neighbour.
The site serves both files as they are. ``state`` holds what differs from the start, in both directions; in a page the
same state stands in the address.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent / "explorables"
EXPLORABLES = ("prefix_codes", "secret_sharing", "private_counts", "sparse_wht", "pyramid")  # one a chapter
VIEW = "application/vnd.jupyter.widget-view+json"
IMPORT = re.compile(r"^import \{[^}]*\} from \"\./kit\.js\";\n", re.MULTILINE)


class Explorable(anywidget.AnyWidget):
    """One explorable in a notebook.

    Parameters
    ----------
    name : str
        One of ``EXPLORABLES``.
    **state
        Parameters to start from instead of the defaults; the names are those of the file's ``parameters``.

    Attributes
    ----------
    state : dict
        What the reader has changed. Setting it moves the picture.
    """

    state = traitlets.Dict().tag(sync=True)
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str, **state: Any) -> None:
        if name not in EXPLORABLES:
            raise ValueError(f"name must be one of {', '.join(EXPLORABLES)}, got {name!r}")
        self.name = name
        super().__init__(_esm=module(name), _css=(HERE / "kit.css").read_text(), state=state)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and for readers without a kernel a picture of the start and its sentence."""
        alt = sentence(self.name)
        data = {"text/plain": alt, "image/png": (HERE / f"{self.name}.png").read_bytes()}
        data[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        # The site puts the live explorable where the name is.
        return data, {"image/png": {"alt": alt, "explorable": self.name, "state": self.state}}


@cache
def module(name: str) -> str:
    """The explorable and the kit as one module."""
    kit = re.sub(r"^export (?=const|function|async function)", "", (HERE / "kit.js").read_text(), flags=re.MULTILINE)
    own, lines = IMPORT.subn("", (HERE / f"{name}.js").read_text())
    if lines != 1 or re.search(r"^import ", own, re.MULTILINE):
        raise ValueError(f"{name}.js must import kit.js in one statement, and nothing else")
    return f"{kit}\n{own}"


def sentence(name: str) -> str:
    """What the explorable shows at its start, in words: written beside its picture when that was made."""
    return str(json.loads((HERE / "sentences.json").read_text())[name])


def explorable(name: str, **state: Any) -> Explorable:
    """The explorable *name*, computed in the browser; *state* sets its parameters."""
    return Explorable(name, **state)
