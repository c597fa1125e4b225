"""Make a model file smaller at the terminal, without loss.

::

    python -m polyquant.prefix compress model.safetensors
    python -m polyquant.prefix inspect model.safetensors.pqmf
    python -m polyquant.prefix decompress model.safetensors.pqmf --output copy.safetensors
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from polyquant._progress import Bar

from . import modelfile

SUFFIX = ".pqmf"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m polyquant.prefix",
        description="Make a .safetensors model smaller, and the same file again, to the byte, from what was made.",
        epilog="bfloat16 models shrink to two thirds, float32 ones by a sixth.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--force", action="store_true", help="overwrite a file")
    common.add_argument("--quiet", action="store_true", help="print errors only")
    common.add_argument("--threads", type=int, metavar="N", help="default: all cores")

    compress = commands.add_parser("compress", parents=[common], help="write a model smaller")
    compress.add_argument("file", type=Path, metavar="FILE.safetensors")
    compress.add_argument("-o", "--output", type=Path, metavar="PATH", help=f"default: FILE.safetensors{SUFFIX}")
    compress.add_argument(
        "--round",
        action="store_true",
        help="round float32 to bfloat16 first; LOSSY: what comes back is the rounded model, not FILE",
    )

    decompress = commands.add_parser("decompress", parents=[common], help="write the original file again")
    decompress.add_argument("file", type=Path, metavar=f"FILE{SUFFIX}")
    decompress.add_argument("-o", "--output", type=Path, metavar="PATH", help=f"default: FILE without {SUFFIX}")

    inspect = commands.add_parser("inspect", help="say what a compressed model holds")
    inspect.add_argument("file", type=Path, metavar=f"FILE{SUFFIX}")
    return parser


def _compress(options: argparse.Namespace) -> None:
    target = options.output or options.file.with_name(options.file.name + SUFFIX)
    model = modelfile.compress_file(
        options.file,
        target,
        rounded=options.round,
        threads=options.threads,
        force=options.force,
        progress=Bar("compress", options.quiet),
    )
    if options.round:
        print("warning: float32 was rounded to bfloat16; keep the original if you need it", file=sys.stderr)
    if not options.quiet:
        print(_sizes(str(target), model))


def _decompress(options: argparse.Namespace) -> None:
    target = options.output
    if target is None:
        if options.file.suffix != SUFFIX:
            raise ValueError(f"--output is needed: {options.file} does not end in {SUFFIX}")
        target = options.file.with_suffix("")
    bar = Bar("decompress", options.quiet)
    modelfile.decompress_file(options.file, target, threads=options.threads, force=options.force, progress=bar)
    if not options.quiet:
        print(f"{target} ({target.stat().st_size:,} bytes)")


def _inspect(options: argparse.Namespace) -> None:
    model = modelfile.ModelFile(options.file)
    width = max((len(name) for name in model.names), default=0)
    for name in model.names:
        part = model.inspect(name)
        shape = "x".join(map(str, part.shape)) or "scalar"
        line = f"{name:{width}}  {part.dtype:7} {shape:14} {part.kind:6} {part.size:>13,} -> {part.stored:>13,}"
        if n := math.prod(part.shape):
            line += f"  {8 * part.stored / n:6.3f} bits each"
        print(line.encode(errors="replace").decode())
    print(_sizes(str(options.file), model))


def _sizes(path: str, model: modelfile.ModelFile) -> str:
    note = ", after rounding to bfloat16" if model.rounded else ""
    return f"{path}: {model.size:,} -> {model.stored:,} bytes, {model.stored / model.size:.2%}{note}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it did its work, 1 if it refused (what and why is on the error stream)."""
    options = _parser().parse_args(arguments)
    command = {"compress": _compress, "decompress": _decompress, "inspect": _inspect}[options.command]
    try:
        command(options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted, nothing was written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
