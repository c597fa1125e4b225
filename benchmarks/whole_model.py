"""A whole MiniLM, 10.6 million weights, quantized as a user would: ``python -m benchmarks.whole_model --bits 3.1``.

Prints the report of every layer, the seconds from the loaded model to the quantized one (calibration on about 7,000
tokens included), the bytes of all layers and the largest memory of the process.
"""

import argparse
import resource
import time

import torch

from benchmarks.models import minilm, news
from polyquant.quantize.linear import PVQLinear
from polyquant.quantize.model import quantize_model


def main() -> None:
    parser = argparse.ArgumentParser(description="A whole MiniLM, quantized.")
    parser.add_argument("--bits", type=float, default=3.1042)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, words = minilm.load(), minilm.WordPiece()
    sentences = [s for item in news.items()[: news.KEPT] for s in news.sentences(item)][:260]
    new = [words(s) for item in news.items()[news.KEPT : 2 * news.KEPT] for s in news.sentences(item)[:2]]
    base = minilm.embed(model, new)
    calibration = [tokens for _, tokens in minilm.batches([words(s) for s in sentences])]
    quantize_model(minilm.load(), calibration[:1], bits=options.bits, passes=0)  # kernels are compiled now
    start, processor = time.perf_counter(), time.process_time()
    report = quantize_model(model, calibration, bits=options.bits, threads=options.threads)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    size = sum(len(part.matrix.to_bytes()) for part in model.modules() if isinstance(part, PVQLinear))
    print(report)
    print(f"{seconds:.1f} s, {processor:.1f} s of processor; {size:,} bytes instead of {4 * report.weights:,}")
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print(f"mean cosine of {len(new)} other sentences {(minilm.embed(model, new) * base).sum(1).mean():.4f}")


if __name__ == "__main__":
    main()
