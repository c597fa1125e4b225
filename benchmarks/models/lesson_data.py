"""Two files of real weights and activations for lessons: ``python -m benchmarks.models.lesson_data FOLDER``.

``minilm_moments.bin``: E[x x^T] of what the first layer's query matrix is given, over chapters 1 to 6 of Alice and then
over 7 to 12; both upper triangles by rows as float16. ``minilm_output.bin``: rows 64 to 127 of the matrix
``encoder.layer.0.output.dense.weight`` as bfloat16. Both little-endian.
"""

import re
import sys
from pathlib import Path

import numpy as np
import torch

from polyquant import datasets
from polyquant.quantize.hessian import Hessian

from .minilm import WIDTH, MiniLM, WordPiece, batches, load

ROWS = slice(64, 128)  # row 99 among them: it has the largest weight of all


def moments(model: MiniLM, text: str) -> np.ndarray:
    """E[x x^T] over all tokens of *text*, sentence by sentence; the first layer sees the embeddings, normalised."""
    piece = WordPiece()
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])['\")]*\s+", text) if len(s.split()) > 2]
    hessian = Hessian(WIDTH)
    for _, tokens in batches([piece(sentence) for sentence in sentences]):
        x = model.words(tokens) + model.places.weight[: tokens.shape[1]] + model.kind
        hessian.add(model.norm(x).reshape(-1, WIDTH).double().numpy())
    print(f"{len(sentences)} sentences, {hessian.count} tokens")
    return hessian.mean


def bfloat16(weights: np.ndarray) -> np.ndarray:
    """The upper halves of float32 patterns, rounded to the nearest, ties to even."""
    bits = np.ascontiguousarray(weights, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.models.lesson_data FOLDER")
    torch.set_num_threads(1)
    folder, model, text = Path(sys.argv[1]), load(), datasets.alice()
    middle = [m.start() for m in re.finditer("CHAPTER", text)][6]
    with torch.inference_mode():
        halves = [moments(model, half) for half in (text[:middle], text[middle:])]
    triangle = np.triu_indices(WIDTH)
    (folder / "minilm_moments.bin").write_bytes(np.array([h[triangle] for h in halves]).astype("<f2").tobytes())
    (folder / "minilm_output.bin").write_bytes(bfloat16(model.layers[0].down.weight.numpy()[ROWS]).tobytes())


if __name__ == "__main__":
    main()
