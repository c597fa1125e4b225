"""A picture of a lesson, and the place where an explorable comes to life."""

import json
import struct
from html import escape
from typing import Any


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, so that the page need not jump when it arrives."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("this is no PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def still(address: str, png: bytes, sentence: str) -> str:
    """The picture with its sentence; who hears the alternative text need not hear the caption too."""
    width, height = size(png)
    said = escape(sentence, quote=True)
    return (
        f'<figure class="pq-still"><img src="{escape(address)}" alt="{said}"'
        f' width="{width}" height="{height}" loading="lazy">'
        f'<figcaption aria-hidden="true">{said}</figcaption></figure>'
    )


def here(name: str, inside: str, state: dict[str, Any] | None = None) -> str:
    """The explorable *name* with *state*; *inside* stands there until it runs, and where no script does."""
    said = escape(json.dumps(state or {}, sort_keys=True), quote=True)
    return f'<div class="pq-here" data-explorable="{escape(name)}" data-state="{said}">{inside}</div>'


def card(where: str, title: str, words: str, address: str, png: bytes, sentence: str) -> str:
    """A small picture that leads to the page *where*."""
    width, height = size(png)
    return (
        f'<figure class="pq-card"><img src="{escape(address)}" alt="{escape(sentence, quote=True)}"'
        f' width="{width}" height="{height}">'
        f'<figcaption><a href="{escape(where)}">{escape(title)}</a><p>{escape(words)}</p></figcaption></figure>'
    )
