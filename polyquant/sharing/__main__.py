"""Share a file at the terminal.

::

    python -m polyquant.sharing split FILE --threshold 3 --parties 1-5 --dealer FILE.dealer
    python -m polyquant.sharing combine FILE.2.pqss FILE.3.pqss FILE.5.pqss --output COPY
    python -m polyquant.sharing add-party FILE.dealer --parties 6
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from polyquant._progress import Bar

from . import files
from ._layout import CODES, LARGEST_PARTY

MOST_PARTIES = files.MOST_PARTIES


def parties(text: str) -> list[int]:
    """The numbers in "1-5,9".

    >>> parties("1-3,7")
    [1, 2, 3, 7]
    """
    return list(_numbers(text))


def _numbers(text: str) -> Iterator[int]:
    count = 0
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]{1,19})(?:-([0-9]{1,19}))?", part.strip())
        if not match:
            raise argparse.ArgumentTypeError(f"parties must look like 1-5,9, got {text!r}")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= LARGEST_PARTY:
            raise argparse.ArgumentTypeError(
                f"parties must be from 1 to 2^63 - 1, small to large, got {part.strip()!r}"
            )
        count += last - first + 1
        if count > MOST_PARTIES:
            raise argparse.ArgumentTypeError(f"parties must be at most {MOST_PARTIES} at once, got {text!r}")
        yield from range(first, last + 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m polyquant.sharing",
        description="Share a file so that any k shares give it back and k - 1 tell nothing about it but its size.",
        epilog="Educational; not audited. Shares are not authenticated: keep them from those who would change them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--force", action="store_true", help="overwrite files")
    common.add_argument("--quiet", action="store_true", help="print errors only")
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("--folder", type=Path, metavar="DIR", help="where the shares go")

    split = commands.add_parser("split", parents=[common, folder], help="write the shares of a file")
    split.add_argument("file", type=Path, metavar="FILE")
    split.add_argument("-k", "--threshold", type=int, required=True, metavar="K", help="how many shares give it back")
    split.add_argument("--parties", type=parties, required=True, metavar="1-5,9", help="who gets a share")
    split.add_argument("--code", choices=CODES, default="delta", help="prefix code of the parties (default: delta)")
    split.add_argument(
        "--dealer",
        type=Path,
        metavar="PATH",
        help="keep the dealer there for parties still to come: as secret as FILE, k times as large",
    )
    split.add_argument(
        "--seeded",
        action="store_true",
        help="stretch the coins from a seed: a tiny dealer, but secrecy is computational instead of perfect",
    )

    combine = commands.add_parser("combine", parents=[common], help="recover a file from its shares")
    combine.add_argument("shares", type=Path, nargs="+", metavar="SHARE")
    combine.add_argument("-o", "--output", type=Path, metavar="PATH", help="default: the shares' common name")

    add = commands.add_parser("add-party", parents=[common, folder], help="write shares for further parties")
    add.add_argument("dealer", type=Path, metavar="DEALER")
    add.add_argument("--parties", type=parties, required=True, metavar="6-8", help="who gets a share")
    add.add_argument("--file", type=Path, metavar="FILE", help="the shared file, needed if the dealer is seeded")
    return parser


def _split(options: argparse.Namespace) -> None:
    written = files.split(
        options.file,
        options.threshold,
        options.parties,
        folder=options.folder,
        code=options.code,
        state=options.dealer,
        seeded=options.seeded,
        force=options.force,
        progress=Bar("split", options.quiet),
    )
    _tell(options, *map(str, written))
    if options.dealer:
        _tell(options, f"{options.dealer} can deal to further parties; guard it like {options.file}")


def _combine(options: argparse.Namespace) -> None:
    bar = Bar("combine", options.quiet)
    found = files.combine(options.shares, options.output, force=options.force, progress=bar)
    for path, (what, count) in found.damaged.items():
        more = f" ({count - 1} more faults)" if count > 1 else ""
        print(f"warning: {path} is damaged: {what}{more}", file=sys.stderr)
    _tell(options, f"{found.path} ({found.size} bytes)")


def _add_party(options: argparse.Namespace) -> None:
    written = files.add_parties(
        options.dealer,
        options.parties,
        source=options.file,
        folder=options.folder,
        force=options.force,
        progress=Bar("add-party", options.quiet),
    )
    _tell(options, *map(str, written))


def _tell(options: argparse.Namespace, *lines: str) -> None:
    if not options.quiet:
        print(*lines, sep="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it did its work, 1 if it refused (what and why is on the error stream)."""
    options = _parser().parse_args(arguments)
    command = {"split": _split, "combine": _combine, "add-party": _add_party}[options.command]
    try:
        command(options)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted, nothing was written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
