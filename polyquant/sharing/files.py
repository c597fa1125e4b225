"""Files of any size, shared block by block; at the terminal: ``python -m polyquant.sharing``.

The shares of ``letter.txt`` are ``letter.txt.1.pqss``, ``letter.txt.2.pqss`` and so on. All outputs appear complete or
not at all, and nothing is overwritten unless *force* says so. The byte formats are in :mod:`polyquant.sharing._layout`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from polyquant import _check
from polyquant._output import Outputs
from polyquant._parallel import run
from polyquant.errors import (
    DataError,
    DuplicateShareError,
    InconsistentSharesError,
    MixedSharesError,
    NotEnoughSharesError,
)

from . import container
from ._layout import (
    LARGEST_PARTY,
    SEED_BYTES,
    Layout,
    block_bytes,
    dealer_record,
    read_block,
    read_dealers,
    read_end,
    read_share_header,
    read_state_header,
    share_header,
    state_header,
)
from ._share import SET_ID_BYTES, Share
from .evolving import Dealer
from .recovery import recover_bytes
from .robust import recover_robust

__all__ = ["Recovered", "add_parties", "combine", "split"]

SUFFIX = ".pqss"
MOST_PARTIES = 256
Progress = Callable[[int, int], None]
"""(bytes done, bytes in all)."""


def split(
    source: Path,
    k: int,
    parties: Iterable[int],
    *,
    folder: Path | None = None,
    code: str = "delta",
    state: Path | None = None,
    seeded: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Share the file *source*: any *k* of the files that are written give it back.

    Parameters
    ----------
    source : Path
        A file of one byte or more; it may be far larger than the memory.
    k : int
        Threshold, 2 to 1024.
    parties : iterable of int
        Who gets a share, at most 256 of 1 to 2^63 - 1.
    folder : Path, optional
        Where the shares go; beside *source* by default.
    code : str
        "delta", "gamma" or "omega".
    state : Path, optional
        Keep the dealer here, so that :func:`add_parties` can deal to others later. It is as secret as *source*, k times
        as large, and complete on the disk before the first share has its name. Without it nobody can be added.
    seeded : bool
        Stretch all coins from a seed: the state is tiny, *source* is needed again for further parties, and secrecy is
        computational instead of perfect.
    force : bool
        Overwrite files.
    progress : callable, optional
        Called after every block.

    Returns
    -------
    list of Path
        The shares, in the order of *parties*.
    """
    group = _parties(parties)
    if state is None and k > len(group):
        raise ValueError(f"k must be at most the number of parties, {len(group)}, unless a dealer is kept, got {k}")
    if seeded and state is None:
        raise ValueError("seeded is of use only when a dealer is kept")
    with open(source, "rb") as file, Outputs(force) as outputs:
        block = block_bytes(_check.integer("k", k, 2), len(group))
        layout = Layout(k, code, block, _size(file, source), secrets.token_bytes(SET_ID_BYTES))
        seed = secrets.token_bytes(SEED_BYTES) if seeded else None
        digest = hashlib.blake2b(digest_size=32)
        keep = None if state is None else outputs.create(state)
        if keep and not seeded:
            keep.write(state_header(layout))
        stem = (folder or source.parent) / source.name
        paths, files = _create(outputs, stem, layout, group)
        for index, secret in enumerate(_blocks(file, layout, source)):
            dealer = layout.dealer(index, secret, seed)
            if keep and not seeded:
                keep.write(dealer_record(dealer))
            digest.update(secret)
            _write(dealer, group, files)
            _report(progress, layout, index)
        if keep and seeded:
            keep.write(state_header(layout, seed, digest.digest()))
        outputs.release()
    return paths


def add_parties(
    state: Path,
    parties: Iterable[int],
    *,
    source: Path | None = None,
    folder: Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Shares for further *parties* from the dealer that :func:`split` kept; older shares stay as they are.

    Parameters
    ----------
    state : Path
        The dealer. It is only read: it has had the coins for all parties from the beginning.
    parties : iterable of int
        Who gets a share. A party that had one gets the same again.
    source : Path, optional
        The shared file, which a seeded dealer needs.
    folder : Path, optional
        Where the shares go; beside *state* by default.

    Raises
    ------
    DataError
        *state* is not a dealer or damaged, or *source* is not the file that was shared.
    """
    group = _parties(parties)
    with ExitStack() as stack:
        outputs = stack.enter_context(Outputs(force))
        file = stack.enter_context(open(state, "rb"))
        layout, seed, digest = read_state_header(file)
        if seed is None:
            dealers = read_dealers(file, layout)
        elif source is None:
            raise ValueError("the dealer is seeded: the shared file is needed again (--file)")
        else:
            dealers = _redeal(stack.enter_context(open(source, "rb")), source, layout, seed, digest)
        stem = (folder or state.parent) / (source or state.with_suffix("")).name
        paths, files = _create(outputs, stem, layout, group)
        for index, dealer in enumerate(dealers):
            _write(dealer, group, files)
            _report(progress, layout, index)
        outputs.release()
    return paths


@dataclass(slots=True)
class Recovered:
    """What :func:`combine` found.

    Parameters
    ----------
    path : Path
        The file.
    size : int
        Its bytes.
    damaged : dict
        For every share file that was not as it should be, what was wrong first and in how many blocks.
    """

    path: Path
    size: int = 0
    damaged: dict[Path, tuple[str, int]] = field(default_factory=dict)

    def blame(self, path: Path, what: str) -> None:
        """Count one more fault of *path*."""
        first, count = self.damaged.get(path, (what, 0))
        self.damaged[path] = (first, count + 1)


def combine(
    shares: Iterable[Path], output: Path | None = None, *, force: bool = False, progress: Progress | None = None
) -> Recovered:
    """The shared file again, from k share files or more.

    Every block is recovered from the shares that are sound there, so shares with damage in different places can make
    up for each other. Shares whose checksums are right but that contradict the others (somebody changed them on
    purpose) are outvoted as long as they are at most (n - k) / 2.

    Parameters
    ----------
    shares : iterable of Path
        The more, the more damage is survived.
    output : Path, optional
        The file to write; by default the name of the first share without ``.<party>.pqss``.

    Raises
    ------
    SharingError
        Too few sound shares, or shares of different files.
    """
    with ExitStack() as stack:
        outputs = stack.enter_context(Outputs(force))
        report = Recovered(Path())
        group, layout = _open_shares(stack, [Path(path) for path in shares], report)
        report.path, report.size = output or _plain_name(group[0].path), layout.size
        target = outputs.create(report.path)
        for index in range(layout.blocks):
            target.write(_recover_block(group, layout, index, report))
            _report(progress, layout, index)
        for share in group:
            try:
                read_end(share.file)
            except DataError as error:
                report.blame(share.path, str(error))
        outputs.release()
    return report


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    file: BinaryIO
    t: int


def _open_shares(stack: ExitStack, paths: list[Path], report: Recovered) -> tuple[list[_Source], Layout]:
    """The share files with a sound header, of one dealing and of different parties."""
    group: list[_Source] = []
    layouts: list[Layout] = []
    for path in paths:
        file = stack.enter_context(path.open("rb"))
        try:
            layout, t = read_share_header(file)
        except DataError as error:
            report.blame(path, str(error))
            continue
        if layouts and layout != layouts[0]:
            raise MixedSharesError(f"{path} is a share of another file, or of another dealing, than {group[0].path}")
        if twin := next((share for share in group if share.t == t), None):
            raise DuplicateShareError(f"{twin.path} and {path} are both shares of party {t}")
        layouts.append(layout)
        group.append(_Source(path, file, t))
    if not group or len(group) < layouts[0].k:
        needed = f"{layouts[0].k} shares are" if group else "Shares are"
        raise NotEnoughSharesError(f"{needed} needed, got {len(group)}{_blamed(report)}")
    return group, layouts[0]


def _recover_block(group: list[_Source], layout: Layout, index: int, report: Recovered) -> bytes:
    sound: dict[int, tuple[_Source, Share]] = {}
    found = run(partial(_read, layout, index), group, threads=None)
    for source, share in zip(group, found):
        if isinstance(share, Share):
            sound[source.t] = source, share
        else:
            report.blame(source.path, f"block {index + 1} of {layout.blocks}: {share}")
    here = [share for _, share in sound.values()]
    where = f"block {index + 1} of {layout.blocks}"
    if len(here) < layout.k:
        raise NotEnoughSharesError(f"{where}: {layout.k} sound shares are needed, got {len(here)}{_blamed(report)}")
    try:
        return recover_bytes(here)
    except InconsistentSharesError:
        radius = (len(here) - layout.k) // 2
        if not radius:
            names = ", ".join(str(source.path) for source, _ in sound.values())
            raise InconsistentSharesError(
                f"{where}: {names} contradict each other although their checksums are right; {layout.k + 2} shares "
                f"would tell which one is wrong{_blamed(report)}"
            ) from None
    secret, dropped = recover_robust(here, max_errors=radius)
    for t in dropped:
        report.blame(sound[t][0].path, f"{where}: it contradicts the other shares although its checksum is right")
    return secret.to_bytes(layout.bytes_of(index), "little")


def _read(layout: Layout, index: int, source: _Source) -> Share | DataError:
    source.file.seek(len(share_header(layout, source.t)) + _offset(layout, index, source.t))
    try:
        return read_block(source.file, layout, index, source.t)
    except DataError as error:
        return error


def _offset(layout: Layout, index: int, t: int) -> int:
    """Where the container of block *index* begins, behind the header: all before it are of one size."""
    return index * layout.container_bytes(0, t) if index else 0


def _blamed(report: Recovered) -> str:
    return "".join(f"\n  {path}: {what}" for path, (what, _) in report.damaged.items())


def _plain_name(path: Path) -> Path:
    if path.suffix != SUFFIX or not path.with_suffix("").suffix[1:].isdigit():
        raise ValueError(f"output must be given: {path.name} is not called <name>.<party>{SUFFIX}")
    return path.with_suffix("").with_suffix("")


def _create(outputs: Outputs, stem: Path, layout: Layout, group: list[int]) -> tuple[list[Path], list[BinaryIO]]:
    paths = [stem.with_name(f"{stem.name}.{t}{SUFFIX}") for t in group]
    files = [outputs.create(path) for path in paths]
    for t, file in zip(group, files):
        file.write(share_header(layout, t))
    return paths, files


def _write(dealer: Dealer, group: list[int], files: list[BinaryIO]) -> None:
    dealer.reserve(group)  # coins first, so that the threads below only read them

    def one(pair: tuple[int, BinaryIO]) -> None:
        t, file = pair
        file.write(container.to_bytes(dealer.share(t)))

    run(one, list(zip(group, files)), threads=None)


def _redeal(file: BinaryIO, source: Path, layout: Layout, seed: bytes, digest: bytes) -> Iterator[Dealer]:
    if _size(file, source) != layout.size:
        raise DataError(f"{source} is not the file that was shared: that had {layout.size} bytes")
    found = hashlib.blake2b(digest_size=len(digest))
    for index, secret in enumerate(_blocks(file, layout, source)):
        found.update(secret)
        yield layout.dealer(index, secret, seed)
    if found.digest() != digest:
        raise DataError(f"{source} is not the file that was shared: its content has changed")


def _blocks(file: BinaryIO, layout: Layout, source: Path) -> Iterator[bytes]:
    for index in range(layout.blocks):
        block = file.read(layout.bytes_of(index))
        if len(block) < layout.bytes_of(index):
            raise DataError(f"{source} became shorter while it was read")
        yield block
    if file.read(1):
        raise DataError(f"{source} became longer while it was read")


def _size(file: BinaryIO, source: Path) -> int:
    size = os.fstat(file.fileno()).st_size
    if not size:
        raise ValueError(f"{source} must have at least 1 byte, it is empty or not a regular file")
    return size


def _parties(parties: Iterable[int]) -> list[int]:
    group = [_check.integer("party", t, 1, LARGEST_PARTY) for t in parties]
    _check.integer("number of parties at once", len(group), 1, MOST_PARTIES)
    for i, t in enumerate(group):
        if t in group[:i]:
            raise DuplicateShareError(f"party {t} is named twice")
    return group


def _report(progress: Progress | None, layout: Layout, index: int) -> None:
    if progress:
        progress(min((index + 1) * layout.block, layout.size), layout.size)
