"""Text to calibrate and to evaluate with: 300 news items of the Lee background corpus, which gensim's wheel carries.

Lee, Pincombe, Welsh: An empirical evaluation of models of text document similarity, 2005. Nothing of gensim is run;
with its wheel in the folder that GENSIM_WHEEL names, it need not even be installed. Without either, the book of
polyquant.datasets takes the place of the news, and the numbers are other numbers.
"""

import os
import re
import zipfile
from pathlib import Path

from polyquant import datasets

INSIDE = "gensim/test/test_data/lee_background.cor"
KEPT = 61  # items for calibration; the other 239 are evaluated


def items() -> list[str]:
    """The news, one item each, or the paragraphs of a book."""
    folder = os.environ.get("GENSIM_WHEEL")
    for file in [*(Path(folder).glob("gensim*.whl") if folder else ()), *_installed()]:
        text = zipfile.ZipFile(file).read(INSIDE) if file.suffix == ".whl" else file.read_bytes()
        return [line.strip() for line in text.decode("utf-8").splitlines() if line.strip()]
    print("gensim's wheel is not here: the text is a book, not the news")
    return datasets.alice().split("\n\n")


def _installed() -> list[Path]:
    from importlib.util import find_spec

    spec = find_spec("gensim")
    places = spec.submodule_search_locations if spec else None
    return [Path(place).parent / INSIDE for place in places or [] if (Path(place).parent / INSIDE).exists()]


def sentences(item: str) -> list[str]:
    """Its sentences; a stop behind a capital letter or a title is none."""
    parts = re.split(r'(?<=[.!?])"?\s+(?=["A-Z])', item)
    return [part.strip() for part in parts if len(part.split()) >= 4]
