"""``import polyquant`` is quick and loads nothing heavy."""

import subprocess
import sys

import pytest

import polyquant

FAMILIES = [name for name in polyquant.__all__ if not name.startswith("_")]
TIMED = "import time; start = time.perf_counter(); import polyquant; print(time.perf_counter() - start)"


def ask(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def loaded(code):
    return set(ask(f"{code}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})").split())


def test_it_takes_less_than_50_ms():
    assert min(float(ask(TIMED)) for _ in range(5)) < 0.05


def test_it_loads_neither_compiler_nor_plots_nor_torch():
    assert not loaded("import polyquant") & {"numba", "llvmlite", "numpy", "torch", "plotly", "ipywidgets"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_loads_neither_plots_nor_torch(family):
    assert not loaded(f"import polyquant; polyquant.{family}") & {
        "torch",
        "plotly",
        "ipywidgets",
        "matplotlib",
        "sympy",
    }
