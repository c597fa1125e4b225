"""Files that appear under their names complete, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO


class Outputs:
    """Files that are written under temporary names beside their final ones and renamed together, in order.

    Leaving the ``with`` block without :meth:`release` removes them. A file that exists is refused unless *force*, when
    it is opened and again when it is released. Only the owner may read the files, unless *mode* says more.
    """

    def __init__(self, force: bool = False, mode: int = 0o600) -> None:
        self._force = force
        self._mode = mode
        self._open: list[tuple[BinaryIO, Path, Path]] = []

    def create(self, path: Path) -> BinaryIO:
        """A new file that will be called *path*.

        Raises
        ------
        FileExistsError
            There is such a file, or one of these outputs is called so.
        """
        self._refuse(path)
        if any(other == path for _, _, other in self._open):
            raise FileExistsError(f"{path} would be written twice")
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        file = os.fdopen(handle, "wb")
        self._open.append((file, Path(name), path))
        Path(name).chmod(self._mode)
        return file

    def release(self) -> None:
        """Everything to the disk, then every file under its name, first created first."""
        for file, _, _ in self._open:
            file.flush()
            os.fsync(file.fileno())
            file.close()
        while self._open:
            _, part, path = self._open[0]
            self._rename(part, path)
            _sync(path.parent)  # the name, too, before the next one
            del self._open[0]

    def _rename(self, part: Path, path: Path) -> None:
        if self._force:
            part.replace(path)
            return
        try:
            os.link(part, path)  # unlike a rename, a link never replaces what another process has put there
        except FileExistsError:
            raise FileExistsError(f"{path} exists; force overwrites it") from None
        except OSError:  # a file system without links
            self._refuse(path)
            part.rename(path)
            return
        part.unlink()

    def _refuse(self, path: Path) -> None:
        if not self._force and (path.exists() or path.is_symlink()):
            raise FileExistsError(f"{path} exists; force overwrites it")

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file, part, _ in self._open:
            with contextlib.suppress(OSError):
                file.close()
            part.unlink(missing_ok=True)
        self._open.clear()


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some systems do not open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
