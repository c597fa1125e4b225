"""Whole models: which layers, in which order, with which inputs, and what is left when a run is interrupted."""

import weakref

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install polyquant[torch]")

from torch import nn  # noqa: E402

from polyquant import quantize  # noqa: E402
from polyquant.quantize import Hessian, output_error, quantize_matrix  # noqa: E402
from polyquant.quantize.linear import PVQLinear  # noqa: E402
from polyquant.quantize.model import linear_layers, load_model, quantize_model, save_model  # noqa: E402

pytestmark = pytest.mark.torch
WIDTH = 16


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, x, scale):
        return x + self.out(torch.tanh(self.left(x)) * self.right(x)) * scale


class Chain(nn.Module):
    def __init__(self, blocks=3, tied=False):
        super().__init__()
        self.words = nn.Embedding(20, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(blocks))
        self.head = nn.Linear(WIDTH, 20, bias=False)
        if tied:
            self.head.weight = self.words.weight

    def forward(self, tokens):
        x = self.words(tokens)
        for block in self.blocks:
            x = block(x, 0.5)
        return self.head(x)


def chain(**settings):
    torch.manual_seed(1)
    return Chain(**settings)


CALIBRATION = list(torch.randint(20, (6, 2, 9), generator=torch.Generator().manual_seed(2)))


def test_every_linear_layer_is_replaced_and_reported():
    net, seen = chain(), []
    report = quantize_model(net, CALIBRATION, bits=5.0, group=8, progress=lambda *step: seen.append(step[:2]))
    assert not linear_layers(net)
    assert sum(isinstance(part, PVQLinear) for part in net.modules()) == 10
    names = [f"blocks.{i}.{part}" for i in range(3) for part in ("left", "right", "out")]
    assert [layer.name for layer in report.layers] == [*names, "head"]
    assert seen == [(i, 10) for i in range(1, 11)]
    assert report.weights == 9 * WIDTH * WIDTH + 20 * WIDTH
    assert report.bits_per_weight <= 5
    assert all(0 < layer.output_error < 0.1 for layer in report.layers)
    assert "blocks.2.out" in str(report)


def test_each_block_sees_what_the_quantized_blocks_before_it_make():
    net, original = chain(), chain()
    report = quantize_model(net, CALIBRATION, bits=4.0, group=8, seed=3)
    inputs = []
    net.blocks[1].left.register_forward_pre_hook(lambda _, args: inputs.append(args[0].reshape(-1, WIDTH)))
    with torch.no_grad():
        for tokens in CALIBRATION:
            net(tokens)
    x = torch.cat(inputs).double().numpy()
    weight = original.blocks[1].left.weight.detach().numpy()
    expected = quantize_matrix(weight, bits=4.0, group=8, seed=3, hessian=x.T @ x / len(x))
    assert np.array_equal(net.blocks[1].left.matrix.points, expected.points)
    assert report.layers[3].output_error == pytest.approx(output_error(weight, expected.dense(), x.T @ x), rel=1e-4)


def test_feedback_makes_the_model_better():
    base = chain()
    with torch.no_grad():
        wanted = torch.stack([base(tokens) for tokens in CALIBRATION])
        losses = []
        for fed in (False, True):
            net = chain()
            quantize_model(net, CALIBRATION, bits=3.6, group=8, feedback=fed, skip=["head"])
            losses.append(float(((torch.stack([net(tokens) for tokens in CALIBRATION]) - wanted) ** 2).mean()))
    assert losses[1] < losses[0]


def test_layers_can_be_left_alone():
    net = chain(tied=True)
    report = quantize_model(net, CALIBRATION, skip=["blocks.1", "blocks.2.out"], bits=5.0)
    names = {layer.name for layer in report.layers}
    assert names == {"blocks.0.left", "blocks.0.right", "blocks.0.out", "blocks.2.left", "blocks.2.right"}
    assert isinstance(net.head, nn.Linear)
    assert net.head.weight is net.words.weight


def test_only_one_block_of_hessians_is_in_memory(monkeypatch):
    alive, most = weakref.WeakSet(), []

    class Watched(Hessian):
        def __init__(self, n):
            super().__init__(n)
            alive.add(self)
            most.append(len(alive))

    monkeypatch.setattr(quantize.model, "Hessian", Watched)
    quantize_model(chain(blocks=5), CALIBRATION, bits=5.0)
    assert len(most) == 5 * 2 + 1  # left and right see the same
    assert max(most) <= 2


def test_a_run_can_be_resumed(tmp_path, monkeypatch):
    net = chain()

    def stop(done, total, report):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantize_model(net, CALIBRATION, bits=4.5, resume_folder=tmp_path, progress=stop)
    assert len(list(tmp_path.iterdir())) == 5
    calls = []
    real = quantize.model.quantize_matrix
    monkeypatch.setattr(quantize.model, "quantize_matrix", lambda *a, **k: calls.append(1) or real(*a, **k))
    resumed, straight = chain(), chain()
    quantize_model(resumed, CALIBRATION, bits=4.5, resume_folder=tmp_path)
    assert len(calls) == 5
    quantize_model(straight, CALIBRATION, bits=4.5)
    with torch.no_grad():
        assert torch.equal(resumed(CALIBRATION[0]), straight(CALIBRATION[0]))
    calls.clear()
    quantize_model(chain(), CALIBRATION, bits=4.6, resume_folder=tmp_path)
    assert len(calls) == 10  # other settings, other files
    damaged = min(tmp_path.iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-1])
    calls.clear()
    quantize_model(chain(), CALIBRATION, bits=4.5, resume_folder=tmp_path)
    quantize_model(chain(), CALIBRATION, bits=4.6, resume_folder=tmp_path)
    assert len(calls) == 1


def test_saved_and_loaded(tmp_path):
    net = chain()
    quantize_model(net, CALIBRATION, bits=4.5, skip=["blocks.1.left"])
    save_model(net, tmp_path / "net.pt")
    other = load_model(Chain(), tmp_path / "net.pt")
    with torch.no_grad():
        assert torch.equal(net(CALIBRATION[0]), other(CALIBRATION[0]))


def test_a_model_that_is_no_chain_is_done_at_once():
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Dropout(0.5), nn.Linear(WIDTH, 4))
    net.train()
    x = torch.randn(50, WIDTH)
    report = quantize_model(net, [(x,), {"input": x}], bits=5.0)
    assert [layer.name for layer in report.layers] == ["0", "2"]
    assert net.training


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_weight_that_is_not_finite_is_named(wrong):
    net = chain()
    with torch.no_grad():
        net.blocks[1].right.weight[2, 3] = wrong
    with pytest.raises(ValueError, match=r"blocks\.1\.right\.weight must be finite"):
        quantize_model(net, CALIBRATION)


def test_nothing_to_quantize_is_said():
    with pytest.raises(ValueError, match="must have linear layers"):
        quantize_model(nn.ReLU(), [torch.ones(2)])
    with pytest.raises(ValueError, match="at least one item"):
        quantize_model(chain(), [])
