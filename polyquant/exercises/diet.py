"""The exercise of the lesson "A model on a diet": real weights, and a limit that needs every trick."""

from collections.abc import Callable
from random import SystemRandom
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyquant import datasets
from polyquant.quantize.hessian import output_error
from polyquant.quantize.weights import QuantizedMatrix

from ._verdict import Verdict, Wrong, ask, judge

FRESH = SystemRandom()
MOST_BITS, GOOD_ERROR, FRAME = 3.1, 0.0105, 70
PLANTED, HEIGHT = 3, 45  # weights made this many standard deviations large


def layer_on_a_diet(quantize: Callable[[Any, Any], QuantizedMatrix]) -> Verdict:
    """Check a way to quantize real layers: at most 3.1 bits a weight, and an output error of at most 0.0105.

    Parameters
    ----------
    quantize : function of (array, array) to QuantizedMatrix
        A matrix of weights, shape (384, 384), and E[x x^T] of its inputs on calibration text, to the quantized matrix.
        It is tried on the query matrix of MiniLM's first layer, and on the same with three weights made very large, as
        trained matrices sometimes have them. The error is measured on other text.
    """

    def check() -> str:
        calibration, test = datasets.minilm_moments()
        trained = (datasets.minilm_query().astype(np.uint32) << 16).view(np.float32)
        found = []
        for name, matrix in (("as trained", trained), ("with three large weights", _planted(trained))):
            bits, error = _tried(quantize, matrix, calibration, test, name)
            found.append(f"{error:.5f} {name}")
        return f"{bits:.3f} bits a weight; error of the outputs {', '.join(found)}"

    return judge(check, 60)


def _planted(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """*matrix* with a few huge weights at fresh places."""
    out = matrix.copy()
    for _ in range(PLANTED):
        row, column = FRESH.randrange(len(out)), FRESH.randrange(out.shape[1])
        out[row, column] = FRESH.choice((-1, 1)) * HEIGHT * matrix.std()
    return out


def _tried(
    quantize: Callable[[Any, Any], QuantizedMatrix], matrix: NDArray[Any], calibration: Any, test: Any, name: str
) -> tuple[float, float]:
    hint = "quantize_matrix returns what is wanted; which of its options have to do with outputs?"
    small = ask(quantize, matrix.copy(), calibration.copy(), kind=QuantizedMatrix, hint=hint)
    data = small.to_bytes()
    bits = small.bits_per_weight
    if bits > MOST_BITS or 8 * (len(data) - FRAME) > MOST_BITS * matrix.size:
        raise Wrong(
            f"the matrix {name} takes {bits:.4f} bits a weight, {MOST_BITS} are allowed", "scales of rows count"
        )
    dense = QuantizedMatrix.from_bytes(data).dense()
    if dense.shape != matrix.shape:
        raise Wrong(f"the matrix {name} has shape {matrix.shape}, quantized it has {dense.shape}")
    error = output_error(matrix, dense, test)
    if error > GOOD_ERROR:
        raise Wrong(
            f"the matrix {name} has an output error of {error:.5f}, {GOOD_ERROR} is wanted", _advice(name, error)
        )
    return bits, error


def _advice(name: str, error: float) -> str:
    if name == "as trained" and error > 0.015:
        return "are the errors of a group made good by the groups behind it? What does that take?"
    if name == "as trained":
        return "are all the bits spent that are allowed?"
    return "one large weight makes its group unlike the others: what did lesson 51 do about that?"
