"""A whole model on a diet: every linear layer of a torch module quantized, one after the other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import nn

from polyquant.errors import DataError

from .hessian import Hessian, output_error
from .linear import PVQLinear
from .weights import QuantizedMatrix, quantize_matrix

Progress = Callable[[int, int, "LayerReport"], object]


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What became of one layer.

    ``bits_per_weight`` counts every term; ``weight_error`` is the part of the squared weights that is error,
    ``output_error`` the part of the mean square of the layer's outputs on the calibration data.
    """

    name: str
    shape: tuple[int, int]
    bits_per_weight: float
    weight_error: float
    output_error: float


@dataclass(frozen=True, slots=True)
class ModelReport:
    """One :class:`LayerReport` for each layer, in the order in which they were quantized."""

    layers: tuple[LayerReport, ...]

    @property
    def weights(self) -> int:
        """How many weights were quantized."""
        return sum(rows * columns for rows, columns in (layer.shape for layer in self.layers))

    @property
    def bits_per_weight(self) -> float:
        """The mean over all weights."""
        return sum(r.bits_per_weight * r.shape[0] * r.shape[1] for r in self.layers) / max(1, self.weights)

    def __str__(self) -> str:
        lines = [f"{'layer':<32} {'rows':>6} {'columns':>7} {'bits':>7} {'weights':>9} {'outputs':>9}"]
        for r in self.layers:
            sizes = f"{r.shape[0]:>6} {r.shape[1]:>7} {r.bits_per_weight:>7.3f}"
            lines.append(f"{r.name:<32} {sizes} {r.weight_error:>9.5f} {r.output_error:>9.5f}")
        return "\n".join([*lines, f"{self.weights:,} weights at {self.bits_per_weight:.4f} bits"])


def linear_layers(module: nn.Module, skip: Iterable[str] = ()) -> dict[str, nn.Linear]:
    """The plain linear layers of *module* by name, without those whose names begin with one of *skip*.

    A layer that shares its weight with another part of the model is left out too: it can't change alone.
    """
    owners: dict[int, int] = {}
    for _, parameter in module.named_parameters(remove_duplicate=False):
        owners[id(parameter)] = owners.get(id(parameter), 0) + 1
    prefixes = tuple(skip)
    found = {}
    for name, layer in module.named_modules():
        chosen = type(layer) is nn.Linear and not any(name == p or name.startswith(f"{p}.") for p in prefixes)
        if chosen and owners[id(layer.weight)] == 1:
            found[name] = layer
    return found


def quantize_model(
    module: nn.Module,
    calibration: Sequence[Any],
    *,
    skip: Iterable[str] = (),
    feedback: bool = True,
    resume_folder: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> ModelReport:
    """Replace the linear layers of *module* by :class:`PVQLinear`, with what *calibration* says about their inputs.

    The blocks of the longest ``ModuleList`` are done one after the other, each with the inputs that it gets when all
    blocks before it are already quantized: two runs through the model, and never more than one block's Hessians in
    memory. A model without such a chain of blocks is done at once, with the inputs of the model as it was.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place. Layers that share their weight, or that *calibration* never calls, are left alone.
    calibration : sequence
        What the model is called with: each item a tensor, a tuple of arguments or a dict of named arguments.
    skip : names
        Layers, or parts of the model, to leave alone.
    feedback : bool
        Use Hessians; without, *calibration* only measures the errors.
    resume_folder : path, optional
        Each finished layer is kept there, and not computed again when the same call is made once more.
    progress : callable, optional
        Called with layers done, layers in all, and the report of the last.
    **settings
        For :func:`quantize_matrix`: group, bits, seed, ...

    Returns
    -------
    ModelReport

    Raises
    ------
    ValueError
        A weight is not finite (the message has its name), or there is nothing to quantize.
    """
    calibration = list(calibration)
    if not calibration:
        raise ValueError("calibration must have at least one item, got none")
    layers = linear_layers(module, skip)
    if not layers:
        raise ValueError("module must have linear layers to quantize, found none")
    for name, layer in layers.items():
        if not torch.isfinite(layer.weight).all():
            raise ValueError(f"{name}.weight must be finite")
    names = list(layers)
    del layers, layer  # what has been replaced can be freed
    folder = None if resume_folder is None else Path(resume_folder)
    reports: list[LayerReport] = []
    with _evaluating(module):
        for hessians in _stages(module, calibration, names):
            for name in list(hessians):
                report = _diet(module, name, hessians.pop(name), feedback, settings, folder)  # the last use frees it
                reports.append(report)
                if progress is not None:
                    progress(len(reports), len(names), report)
    return ModelReport(tuple(reports))


def collect_hessians(module: nn.Module, calibration: Sequence[Any], names: Iterable[str]) -> dict[str, Hessian]:
    """E[x x^T] of the inputs of the layers *names*, from one run of the model; layers that see the same share one."""
    with _evaluating(module), _watching(module, names) as hessians:
        for item in calibration:
            _call(module, item)
    return hessians


def replace(module: nn.Module, name: str, layer: nn.Module) -> None:
    """Put *layer* where the part *name* of *module* was."""
    parent, _, last = name.rpartition(".")
    setattr(module.get_submodule(parent), last, layer)


def save_model(module: nn.Module, path: str | os.PathLike[str]) -> None:
    """Everything that the state of *module* holds, quantized layers as packed bytes, for :func:`load_model`."""
    torch.save(module.state_dict(), path)


def load_model(module: nn.Module, path: str | os.PathLike[str]) -> nn.Module:
    """Fill *module*, as it was before :func:`quantize_model`, with what :func:`save_model` kept; returns it."""
    state = torch.load(path, weights_only=True)
    for name in [key.removesuffix(".meta") for key in state if key.endswith(".meta")]:
        layer = module.get_submodule(name)
        if isinstance(layer, nn.Linear):
            replace(module, name, PVQLinear(layer.in_features, layer.out_features, bias=layer.bias is not None))
    module.load_state_dict(state)
    return module


def _stages(module: nn.Module, calibration: list[Any], names: list[str]) -> Iterator[dict[str, Hessian]]:
    """Hessians of layers that can be quantized next; the consumer quantizes them before it asks for more."""
    chain, blocks = _chain(module, calibration)
    inner = {f"{chain}.{i}": [n for n in names if n.startswith(f"{chain}.{i}.")] for i in range(len(blocks))}
    calls = _first_calls(module, blocks[0], calibration) if blocks else []
    for (prefix, own), block in zip(inner.items(), blocks):
        with _watching(module, own) as hessians:
            for args, kwargs in calls:
                block(*args, **kwargs)
        yield hessians
        calls = [((_first(module.get_submodule(prefix)(*a, **k)), *a[1:]), k) for a, k in calls]
    rest = [name for name in names if not any(name in own for own in inner.values())]
    if rest:
        yield collect_hessians(module, calibration, rest)


def _chain(module: nn.Module, calibration: list[Any]) -> tuple[str, list[nn.Module]]:
    """Name and members of the longest ModuleList if each member is called once, with the result of the one before."""
    lists = [(len(part), name, part) for name, part in module.named_modules() if isinstance(part, nn.ModuleList)]
    if not lists or not calibration:
        return "", []
    _, name, part = max(lists, key=lambda entry: entry[0])
    blocks, seen = list(part), []
    handles = []
    for block in blocks:
        hook = block.register_forward_hook(lambda b, args, out: seen.append((b, args[:1], _first(out))))
        handles.append(hook)
    try:
        _call(module, calibration[0])
    finally:
        for handle in handles:
            handle.remove()
    in_order = [entry[0] for entry in seen] == blocks
    if in_order and all(b[1] and b[1][0] is a[2] for a, b in pairwise(seen)):
        return name, blocks
    return "", []


class _Stop(Exception):
    """The model has come to its first block."""


def _first_calls(module: nn.Module, block: nn.Module, calibration: list[Any]) -> list[tuple[Any, Any]]:
    """Arguments with which the first *block* is called."""
    calls: list[tuple[Any, Any]] = []

    def catch(_: nn.Module, args: Any, kwargs: Any) -> None:
        calls.append((args, kwargs))
        raise _Stop

    handle = block.register_forward_pre_hook(catch, with_kwargs=True)
    try:
        for item in calibration:
            with suppress(_Stop):
                _call(module, item)
    finally:
        handle.remove()
    return calls


@contextmanager
def _watching(module: nn.Module, names: Iterable[str]) -> Iterator[dict[str, Hessian]]:
    """Hessians of the layers *names* that grow while the model runs; layers that get the same tensor share one."""
    hessians: dict[str, Hessian] = {}
    owner: dict[str, str] = {}
    last: list[Any] = [None, ""]  # the tensor seen last, and who saw it first

    def watch(name: str) -> Callable[[nn.Module, Any], None]:
        def hook(layer: nn.Module, args: Any) -> None:
            if last[0] is not args[0]:
                last[:] = args[0], name
            if name not in hessians:
                owner[name] = last[1]
                hessians[name] = hessians[last[1]] if last[1] in hessians else Hessian(args[0].shape[-1])
            if owner[name] == last[1] == name:
                hessians[name].add(args[0].detach().to(torch.float32).cpu().numpy())
            elif owner[name] != last[1]:
                raise ValueError(f"{name} and {owner[name]} must see the same inputs in every call, or never")

        return hook

    handles = [module.get_submodule(name).register_forward_pre_hook(watch(name)) for name in names]
    try:
        yield hessians
    finally:
        for handle in handles:
            handle.remove()


def _diet(
    module: nn.Module, name: str, hessian: Hessian, fed: bool, settings: dict[str, Any], folder: Path | None
) -> LayerReport:
    """Replace one layer, and say what that did."""
    layer = module.get_submodule(name)
    weight = layer.weight.detach().to(torch.float32).cpu().numpy()
    metric = hessian.mean
    small = _quantized(weight, metric if fed else None, settings, folder, name)
    dense = small.dense()
    plain = float(((weight - dense) ** 2).sum()) / max(float((weight**2).sum()), 1e-300)
    replace(module, name, PVQLinear.from_matrix(small, layer.bias))
    return LayerReport(name, small.shape, small.bits_per_weight, plain, output_error(weight, dense, metric))


def _quantized(weight: Any, metric: Any, settings: dict[str, Any], folder: Path | None, name: str) -> QuantizedMatrix:
    """The layer's matrix, from *folder* if it is there."""
    if folder is None:
        return quantize_matrix(weight, hessian=metric, **settings)
    state = hashlib.sha256(repr(sorted(settings.items())).encode() + weight.tobytes())
    state.update(b"" if metric is None else metric.tobytes())
    path = folder / f"{name}.{state.hexdigest()[:16]}.pvq"
    try:
        return QuantizedMatrix.from_bytes(path.read_bytes())
    except (FileNotFoundError, DataError):
        small = quantize_matrix(weight, hessian=metric, **settings)
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(small.to_bytes())
    partial.replace(path)  # a file is whole, or not there
    return small


def _first(out: Any) -> Any:
    return out[0] if isinstance(out, tuple) else out


def _call(module: nn.Module, item: Any) -> Any:
    if isinstance(item, dict):
        return module(**item)
    return module(*item) if isinstance(item, tuple) else module(item)


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """No gradients, no dropout; afterwards as before."""
    training = module.training
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        module.train(training)
