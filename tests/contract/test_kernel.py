"""Compiled code of another state of the sources never answers.

Every test runs a copy of the package in fresh interpreters that share one cache folder; the copy has a family ``toy``
whose kernel calls a helper in another file.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import polyquant
from polyquant import _kernel

pytestmark = [
    pytest.mark.skipif(not _kernel.HAVE_NUMBA or _kernel.FOLDER is None, reason="needs the compiler and its cache"),
    pytest.mark.slow,
]

HELPER = """
from polyquant._kernel import kernel

@kernel
def scale(x):
    return 2 * x
"""
CALLER = """
from polyquant._kernel import kernel
from .helper import scale

@kernel
def total(values, n):
    result = 0
    for i in range(n):
        result += scale(values[i])
    return result
"""
ASK = """
import numpy as np
from polyquant import _kernel
from polyquant.toy._kernels.caller import total
answer = total(np.array([1, 2, 3], np.int64), {n})
kept = sum(total.stats.cache_hits.values()) if hasattr(total, "stats") else 0
print(answer, kept, _kernel.FOLDER)
"""


class Copy:
    """A copy of the package in *folder*, asked in fresh interpreters."""

    def __init__(self, folder: Path) -> None:
        source = Path(polyquant.__file__).parent
        self.package = folder / "site" / "polyquant"
        shutil.copytree(source, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        self.kernels = self.package / "toy" / "_kernels"
        self.kernels.mkdir(parents=True)
        (self.package / "toy" / "__init__.py").touch()
        (self.kernels / "__init__.py").touch()
        (self.kernels / "helper.py").write_text(HELPER)
        (self.kernels / "caller.py").write_text(CALLER)
        self.cache = folder / "cache"

    def ask(self, n: int = 3, **environment: str) -> tuple[str, int, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "PYTHONPATH"))}
        env = {**clean, "PYTHONPATH": str(self.package.parent), "NUMBA_CACHE_DIR": str(self.cache), **environment}
        command = [sys.executable, "-c", ASK.format(n=n)]
        run = subprocess.run(command, env=env, cwd=self.package.parent, capture_output=True, text=True)
        if run.returncode:
            return run.stderr.strip().splitlines()[-1], 0, ""
        answer, kept, folder = run.stdout.split(maxsplit=2)
        return answer, int(kept), folder.strip()

    def edit(self, path: Path, old: str, new: str) -> None:
        """Change the text but not the time stamp or, where lengths agree, the size."""
        before = path.stat()
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


def test_second_process_takes_compiled_code_from_disk(copy):
    assert copy.ask()[:2] == ("12", 0)
    assert copy.ask()[:2] == ("12", 1)


def test_changed_helper_in_another_file_is_noticed(copy):
    assert copy.ask()[0] == "12"
    copy.edit(copy.kernels / "helper.py", "2 * x", "7 * x")
    assert copy.ask()[0] == "42"


def test_upgrade_of_the_package_is_noticed(copy, tmp_path):
    assert copy.ask()[0] == "12"
    newer = tmp_path / "newer"
    shutil.copytree(copy.package, newer)
    shutil.rmtree(copy.package)
    (newer / "toy/_kernels/helper.py").write_text(HELPER.replace("2 * x", "5 * x"))
    newer.rename(copy.package)
    assert copy.ask()[0] == "30"


def test_changed_flags_are_noticed(copy):
    assert copy.ask()[0] == "12"
    caller = copy.kernels / "caller.py"
    caller.write_text(CALLER.replace("result += scale(values[i])", "result += scale(values[i]) // (n - 3)"))
    assert copy.ask()[0] == "0"  # numpy's rule: no exception
    copy.edit(copy.package / "_kernel.py", '"error_model": "numpy"', '"error_model": "python"')
    assert "ZeroDivisionError" in copy.ask()[0]


def test_bounds_checks_work_over_a_warm_cache(copy):
    copy.ask()
    assert "IndexError" in copy.ask(n=70_000_000, NUMBA_BOUNDSCHECK="1")[0]


def test_a_folder_that_cannot_be_written_only_costs_time(copy):
    copy.cache.write_text("a file where the folder should be")
    assert copy.ask() == ("12", 0, "None")


def test_without_compiler_the_same_answers(copy):
    assert copy.ask(NUMBA_DISABLE_JIT="1")[0] == "12"
    (copy.package.parent / "numba.py").write_text("raise ImportError('no numba here')")
    assert copy.ask()[0] == "12"
