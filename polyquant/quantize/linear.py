"""A linear layer of torch that holds points of pyramids instead of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from polyquant import _check
from polyquant.bits import Bits
from polyquant.errors import DataError

from . import _layout
from .pyramid import Pyramid
from .weights import QuantizedMatrix, quantize_matrix

VERSION = 1
META = ("version", "n", "k", "tail_k", "gain_bits", "rotated", "seed", "exponent", "in", "out")


class PVQLinear(nn.Module):  # type: ignore[misc]
    """``torch.nn.Linear`` with a quantized weight; no float copy of it is in the state.

    Buffers: ``idx`` and ``gain`` (uint8, packed), ``row_scale`` (float16) and ``meta`` (int32: version, n, k, tail_k,
    gain_bits, rotated, seed, exponent, in, out). The weight is computed from them when it is needed; with *cached*, the
    default, it is then kept.

    Parameters
    ----------
    in_features, out_features : int
        As for ``torch.nn.Linear``. A fresh layer has weight 0 and is there to be filled by ``load_state_dict``.
    bias : bool
        Whether there is a bias, a parameter as in ``torch.nn.Linear``.
    cached : bool
        Keep the computed weight: 4 bytes a number for speed.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, cached: bool = True) -> None:
        super().__init__()
        self.in_features = _check.integer("in_features", in_features, 1)
        self.out_features = _check.integer("out_features", out_features, 1)
        self.cached = cached
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None
        self._weight: torch.Tensor | None = None
        for name in ("idx", "gain", "row_scale", "meta"):
            self.register_buffer(name, torch.zeros(0))
        self._fill(quantize_matrix(np.zeros((out_features, in_features)), k=1, gain_bits=0))

    @classmethod
    def from_linear(
        cls, linear: nn.Linear, n: int = 16, bits: float = 3.1, *, cached: bool = True, **settings: Any
    ) -> PVQLinear:
        """Quantize a layer: groups of *n* at *bits* per weight; *settings* are those of :func:`quantize_matrix`.

        Weights of half precision are read exactly. Seeds are below 2^31, so that they fit in ``meta``.
        """
        weight = linear.weight.detach().to(torch.float32).cpu().numpy()
        return cls.from_matrix(quantize_matrix(weight, group=n, bits=bits, **settings), linear.bias, cached=cached)

    @classmethod
    def from_matrix(
        cls, matrix: QuantizedMatrix, bias: torch.Tensor | None = None, *, cached: bool = True
    ) -> PVQLinear:
        """The layer with a weight that is quantized already, and a copy of *bias*."""
        rows, columns = matrix.shape
        layer = cls(columns, rows, bias is not None, cached=cached)
        layer._fill(matrix)
        if bias is not None and layer.bias is not None:
            layer.bias = nn.Parameter(bias.detach().clone())
        return layer

    @property
    def matrix(self) -> QuantizedMatrix:
        """The weight as points, gains and scales."""
        return _matrix(self.meta, self.idx, self.gain, self.row_scale)

    @property
    def weight(self) -> torch.Tensor:
        """The quantized weight, float32, shape (out_features, in_features)."""
        if self._weight is not None:
            return self._weight
        weight = torch.from_numpy(self.matrix.dense()).to(self.meta.device)
        if self.cached:
            self._weight = weight
        return weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x @ weight.T + bias``, in the type of *x*."""
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return functional.linear(x, self.weight.to(x.device, x.dtype), bias)

    def extra_repr(self) -> str:
        """Sizes and bits, for ``print``."""
        bits = self.matrix.bits_per_weight
        return f"in_features={self.in_features}, out_features={self.out_features}, bits_per_weight={bits:.3f}"

    def _fill(self, matrix: QuantizedMatrix) -> None:
        rows, columns = matrix.shape
        groups, rotated = matrix.groups, matrix.seed is not None
        seed = _check.integer("seed", matrix.seed or 0, 0, 2**31 - 1)
        numbers = (VERSION, groups.n, groups.k, groups.tail_k, groups.gain_bits, rotated, seed, matrix.exponent)
        self.meta = torch.tensor([*map(int, numbers), columns, rows], dtype=torch.int32)
        self.idx = torch.from_numpy(_layout.point_bits(matrix).array().copy())
        self.gain = torch.from_numpy(_layout.gain_bits(matrix).array().copy())
        self.row_scale = torch.from_numpy(matrix.scale.copy())
        self._weight = None

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Take buffers of any right length: the layer may have been made with other settings."""
        errors: list[str] = rest[-1]
        parts = [state_dict.get(prefix + name) for name in ("meta", "idx", "gain", "row_scale")]
        if all(part is not None for part in parts):
            try:
                matrix = _matrix(*parts)
                if matrix.shape != (self.out_features, self.in_features):
                    raise ValueError(f"{matrix.shape} is not ({self.out_features}, {self.in_features})")
                self._fill(matrix)
            except (ValueError, TypeError) as problem:
                errors.append(f"{prefix.rstrip('.') or 'PVQLinear'}: {problem}")
                return
        super()._load_from_state_dict(state_dict, prefix, *rest)


def _matrix(meta: torch.Tensor, idx: torch.Tensor, gain: torch.Tensor, row_scale: torch.Tensor) -> QuantizedMatrix:
    """The matrix in the buffers; a ``DataError`` says what is wrong with them."""
    numbers = meta.tolist()
    if meta.dtype != torch.int32 or len(numbers) != len(META):
        raise DataError(f"meta must be {len(META)} numbers of type int32, got {len(numbers)} of {meta.dtype}")
    version, n, k, tail_k, bits, rotated, seed, exponent, columns, rows = numbers
    if version != VERSION:
        raise DataError(f"layer of version {version}, this library reads version {VERSION}")
    if rotated not in (0, 1) or seed < 0:
        raise DataError(f"rotated must be 0 or 1 and seed at least 0, got {rotated} and {seed}")
    groups = _layout.checked(rows, columns, n, k, tail_k, bits)
    indices = _packed("idx", idx, rows * groups.shape_bits)
    gains = _packed("gain", gain, rows * groups.count * bits)
    if row_scale.dtype != torch.float16 or row_scale.shape != (rows,):
        raise DataError(f"row_scale must be {rows} numbers of type float16, got {row_scale.dtype} {row_scale.shape}")
    scale = row_scale.cpu().numpy().copy()
    _layout.check_scales(scale)
    points = _layout.points_from(indices, rows, groups)
    found = _layout.gain_from(gains, rows, groups)
    return QuantizedMatrix(points, found, scale, exponent, groups, seed if rotated else None)


def _packed(name: str, buffer: torch.Tensor, size: int) -> Bits:
    if buffer.dtype != torch.uint8 or buffer.shape != (-(-size // 8),):
        raise DataError(f"{name} must be {-(-size // 8)} bytes, got {buffer.dtype} of shape {tuple(buffer.shape)}")
    return Bits(buffer.cpu().numpy().tobytes(), size)


def pvq_ste(weight: torch.Tensor, n: int, k: int, *, orthogonal: bool = False) -> torch.Tensor:
    """Groups of *n* along the last axis of *weight* at the nearest point's direction, with a gradient to train by.

    Forwards g y / |y| with the best gain g = <w, y> / |y|. Backwards the point counts as a constant direction for the
    gain, whose gradient is exact, and the rest of the gradient goes through unchanged (straight-through). With
    *orthogonal*, only the part of the rest that is orthogonal to the group does: a shape has no length.
    """
    if weight.shape[-1] % n:
        raise ValueError(f"weight must have a multiple of n = {n} numbers along its last axis, got {weight.shape[-1]}")
    result: torch.Tensor = _StraightThrough.apply(weight, Pyramid(n, k), orthogonal)
    return result


class _StraightThrough(torch.autograd.Function):  # type: ignore[misc]
    @staticmethod
    def forward(ctx: Any, weight: torch.Tensor, shapes: Pyramid, orthogonal: bool) -> torch.Tensor:
        groups = weight.detach().to(torch.float32).reshape(-1, shapes.n)
        points = torch.from_numpy(shapes.nearest(groups.cpu().numpy(), flush_subnormal=True)).to(groups)
        direction = functional.normalize(points, dim=1)
        ctx.save_for_backward(groups, direction)
        ctx.orthogonal = orthogonal
        return ((groups * direction).sum(1, keepdim=True) * direction).reshape(weight.shape).to(weight.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        groups, direction = ctx.saved_tensors
        flat = gradients[0].reshape(groups.shape).to(groups.dtype)
        along = (flat * direction).sum(1, keepdim=True) * direction
        rest = flat - along
        if ctx.orthogonal:
            unit = functional.normalize(groups, dim=1)
            rest = rest - (rest * unit).sum(1, keepdim=True) * unit
        return (along + rest).reshape(gradients[0].shape).to(gradients[0].dtype), None, None
