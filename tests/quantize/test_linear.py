"""The torch layer: its state comes back bit for bit, wrong state is refused, gradients are those that are promised."""

import io

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install polyquant[torch]")

from polyquant.quantize import PVQLinear, Pyramid, pvq_ste, quantize_matrix  # noqa: E402

pytestmark = pytest.mark.torch


def linear(rows=12, columns=40, bias=True, seed=1):
    generator = torch.Generator().manual_seed(seed)
    layer = torch.nn.Linear(columns, rows, bias=bias)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return layer


X = torch.randn(5, 40, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("cached", [True, False])
def test_it_is_the_linear_layer_of_the_quantized_weight(cached):
    layer = linear()
    small = PVQLinear.from_linear(layer, n=16, bits=3.6, seed=7, cached=cached)
    expected = quantize_matrix(layer.weight.detach().numpy(), group=16, bits=3.6, seed=7).dense()
    assert np.array_equal(small.weight.numpy(), expected)
    assert torch.equal(small(X), torch.nn.functional.linear(X, torch.from_numpy(expected), layer.bias))
    assert (small.weight is small.weight) == cached
    assert "bits_per_weight=3." in repr(small)


@pytest.mark.parametrize("settings", [{}, {"n": 8, "bits": 2.9, "rotate": False}, {"k": 30, "gain_bits": 0, "seed": 9}])
def test_state_comes_back_bit_for_bit(settings):
    small = PVQLinear.from_linear(linear(), **settings)
    file = io.BytesIO()
    torch.save(small.state_dict(), file)
    file.seek(0)
    fresh = PVQLinear(40, 12)
    fresh.load_state_dict(torch.load(file, weights_only=True), strict=True)
    assert torch.equal(fresh.weight, small.weight)
    assert torch.equal(fresh(X), small(X))
    assert all(torch.equal(a, b) for a, b in zip(fresh.state_dict().values(), small.state_dict().values()))


def test_no_float_weight_is_kept():
    state = PVQLinear.from_linear(linear(64, 384), bits=3.1).state_dict()
    assert {name: str(value.dtype) for name, value in state.items()} == {
        "bias": "torch.float32",
        "idx": "torch.uint8",
        "gain": "torch.uint8",
        "row_scale": "torch.float16",
        "meta": "torch.int32",
    }
    bits = 8 * sum(state[name].nbytes for name in ("idx", "gain", "row_scale"))
    assert bits <= 3.1 * 64 * 384


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("meta", lambda v: v + torch.tensor([1] + [0] * 9, dtype=v.dtype), "version 2, this library reads version 1"),
        ("meta", lambda v: v[:-1], "10 numbers of type int32, got 9"),
        ("meta", lambda v: v.long(), "type int32"),
        ("meta", lambda v: v * torch.tensor([1, 1, 1, 1, 1, 1, -1, 1, 1, 1], dtype=v.dtype), "seed at least 0"),
        ("idx", lambda v: v[:-1], "idx must be"),
        ("gain", lambda v: torch.cat([v, v]), "gain must be"),
        ("row_scale", lambda v: v.float(), "row_scale must be 12 numbers of type float16"),
        ("row_scale", lambda v: -v, "negative or not finite"),
    ],
)
def test_wrong_state_is_refused_with_a_reason(name, change, message):
    state = PVQLinear.from_linear(linear(), seed=3).state_dict()
    state[name] = change(state[name])
    with pytest.raises(RuntimeError, match=message):
        PVQLinear(40, 12).load_state_dict(state)


def test_another_size_or_a_missing_part_is_refused():
    state = PVQLinear.from_linear(linear()).state_dict()
    with pytest.raises(RuntimeError, match=r"\(12, 40\) is not \(12, 41\)"):
        PVQLinear(41, 12).load_state_dict(state)
    del state["gain"]
    with pytest.raises(RuntimeError, match=r"Missing key.*gain"):
        PVQLinear(40, 12).load_state_dict(state)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_other_types_are_read_as_they_are(kind):
    layer = linear(bias=False).to(kind)
    small = PVQLinear.from_linear(layer)
    expected = quantize_matrix(layer.weight.detach().to(torch.float32).numpy()).dense()
    assert np.array_equal(small.weight.numpy(), expected)
    assert small(X.to(kind)).dtype == kind


def test_a_seed_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="seed must be at most 2147483647"):
        PVQLinear.from_linear(linear(), seed=2**31)


def groups_of(weight, n, k):
    x = weight.detach().numpy().reshape(-1, n)
    y = Pyramid(n, k).nearest(x)
    return x, y / np.linalg.norm(y, axis=1, keepdims=True)


def test_straight_through_forward_is_the_best_multiple_of_the_nearest_point():
    weight = torch.randn(3, 16, generator=torch.Generator().manual_seed(4))
    x, u = groups_of(weight, 8, 6)
    expected = ((x * u).sum(1, keepdims=True) * u).reshape(3, 16)
    assert np.allclose(pvq_ste(weight, 8, 6).numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("orthogonal", [False, True])
def test_straight_through_backward(orthogonal):
    generator = torch.Generator().manual_seed(5)
    weight, upstream = torch.randn(3, 16, generator=generator), torch.randn(3, 16, generator=generator)
    weight.requires_grad_()
    pvq_ste(weight, 8, 6, orthogonal=orthogonal).backward(upstream)
    got, g = weight.grad.numpy().reshape(-1, 8), upstream.numpy().reshape(-1, 8)
    x, u = groups_of(weight, 8, 6)
    along = (g * u).sum(1)
    assert np.allclose((got * u).sum(1), along, rtol=1e-5, atol=1e-6) or orthogonal  # exact for the gain
    if orthogonal:
        rest = got - along[:, None] * u
        assert np.allclose((rest * x).sum(1), 0, atol=1e-5)
    else:
        assert np.allclose(got, g, rtol=1e-6)


def test_training_through_it_finds_a_quantized_layer():
    """Least squares to the outputs of a layer whose weight is a pyramid's point: the loss goes to 0."""
    generator = torch.Generator().manual_seed(6)
    target = pvq_ste(torch.randn(2, 8, generator=generator), 8, 4)
    weight = (target + 0.3 * torch.randn(2, 8, generator=generator)).requires_grad_()
    inputs = torch.randn(64, 8, generator=generator)
    for _ in range(150):
        loss = ((inputs @ (pvq_ste(weight, 8, 4) - target).T) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            weight -= 0.1 * weight.grad
            weight.grad = None
    assert loss < 1e-4


def test_groups_must_fit():
    with pytest.raises(ValueError, match="multiple of n = 8"):
        pvq_ste(torch.ones(2, 12), 8, 4)
