"""Formulas as MathML, made while the site is built: nothing is left to do for a reader's browser."""

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)

# What lessons write and the converter does not know.
SPELLINGS = [
    (re.compile(r"\\dots\s*(?=[+\-]|\\(?:times|cdot|oplus)\b)"), r"\\cdots "),
    (re.compile(r"\\dots(?![a-z])"), r"\\ldots "),
    (re.compile(r"\\[td]?frac\s*(\d)\s*(\d)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\tfrac\b"), r"\\frac"),
]
# Browsers set no space around the name of a function; TeX does, but for a bracket behind it.
THIN = '<mspace width="0.17em"/>'
NAME = r'<mi(?: mathvariant="normal")?>[A-Za-z]{2,}</mi>'
SPACES = [
    re.compile(r"<mo>&ApplyFunction;</mo>(?!<mo)"),
    re.compile(rf"<(msub|msup|msubsup)>{NAME}(?:(?!</\1>).)*</\1>(?=<m(?:i|n|row|frac|sub|sup|sqrt)\b)"),
    re.compile(rf"</m(?:i|n|sub|sup|subsup|row|frac)>(?={NAME}<mo>&ApplyFunction;)"),
]


def mathml(latex: str, block: bool = False) -> str:
    r"""*latex*, the inside of $...$ or $$...$$, as an element ``math``.

    >>> mathml("x^2")
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math>'

    Raises
    ------
    ValueError
        A command that is not known, or braces that do not close.
    """
    for old, new in SPELLINGS:
        latex = old.sub(new, latex)
    bare = re.sub(r"\\[\\{}]", "", latex)
    if bare.count("{") != bare.count("}"):  # the converter would end them somewhere
        raise ValueError(f"no MathML for {latex!r}: braces do not close")
    try:
        made = tex2mathml(latex, as_block=block)
    except (MathError, SyntaxError, IndexError, AttributeError, KeyError) as error:
        raise ValueError(f"no MathML for {latex!r}: {error}") from error
    made = re.sub(r">\s*\n\s*<", "><", made).strip()
    for place in SPACES:
        made = place.sub(lambda found: found[0] + THIN, made)
    return made


def visit(translator: Any, node: nodes.Element) -> None:
    block = isinstance(node, nodes.math_block)
    try:
        made = mathml(node.astext(), block)
    except ValueError as error:
        log.warning("%s", error, location=node)  # which fails the build
        made = f"<code>{translator.encode(node.astext())}</code>"
    translator.body.append(f'<div class="pq-formula">{made}</div>\n' if block else made)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
