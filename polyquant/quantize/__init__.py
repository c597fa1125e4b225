"""Real vectors to few bits and back: pyramid vector quantization and its rivals."""

import importlib
from typing import Any

from .activations import quantize_tokens
from .bounds import asymptote, blahut_arimoto, cap_bound, distortion_rate, random_code
from .gain import gain_codebook, gain_density, gains, rebuild
from .hessian import Hessian, feedback, output_error, refine
from .lattices import Lattice, a2, d4, e8, nearest_of
from .lloyd import distortion, lloyd_max
from .pyramid import Pyramid, count_points, offsets
from .rounding import Rounded, round_blocks, round_to_nearest
from .scalar import Scalar, e2m1, nf4, uniform
from .weights import QuantizedMatrix, quantize_matrix

_WITH_TORCH = {
    "PVQLinear": "linear",
    "pvq_ste": "linear",
    "collect_hessians": "model",
    "linear_layers": "model",
    "load_model": "model",
    "quantize_model": "model",
    "save_model": "model",
}  # name -> module; torch is loaded when the name is first used

__all__ = [
    "Hessian",
    "Lattice",
    "Pyramid",
    "QuantizedMatrix",
    "Rounded",
    "Scalar",
    "a2",
    "asymptote",
    "blahut_arimoto",
    "cap_bound",
    "count_points",
    "d4",
    "distortion",
    "distortion_rate",
    "e2m1",
    "e8",
    "feedback",
    "gain_codebook",
    "gain_density",
    "gains",
    "lloyd_max",
    "nearest_of",
    "nf4",
    "offsets",
    "output_error",
    "quantize_matrix",
    "quantize_tokens",
    "random_code",
    "rebuild",
    "refine",
    "round_blocks",
    "round_to_nearest",
    "uniform",
]


def __getattr__(name: str) -> Any:
    if name in _WITH_TORCH:
        return getattr(importlib.import_module(f"{__name__}.{_WITH_TORCH[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
