"""``python -m polyquant.prefix``: what it writes, says and refuses."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import polyquant
from polyquant.prefix import to_bfloat16
from polyquant.prefix.__main__ import main
from polyquant.prefix.modelfile import ModelFile
from tests.prefix.models import mixed, safetensors, weights

pytest.importorskip("safetensors")
ROOT = Path(polyquant.__file__).parent.parent
PLAIN = safetensors(mixed())


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("m.safetensors").write_bytes(PLAIN)
    return tmp_path


def test_compress_and_decompress_give_the_same_file(here, capsys):
    assert main(["compress", "m.safetensors"]) == 0
    said = capsys.readouterr()
    size = Path("m.safetensors.pqmf").stat().st_size
    assert said.out == f"m.safetensors.pqmf: {len(PLAIN):,} -> {size:,} bytes, {size / len(PLAIN):.2%}\n"
    assert said.err == ""
    Path("m.safetensors").unlink()
    assert main(["decompress", "m.safetensors.pqmf"]) == 0
    assert Path("m.safetensors").read_bytes() == PLAIN
    assert capsys.readouterr().out == f"m.safetensors ({len(PLAIN):,} bytes)\n"


@pytest.mark.slow
def test_it_runs_as_a_module(here):
    command = [sys.executable, "-m", "polyquant.prefix", "compress", "m.safetensors", "--quiet", "--threads", "1"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ModelFile("m.safetensors.pqmf").size == len(PLAIN)


def test_inspect_has_a_line_for_every_tensor(here, capsys):
    assert main(["compress", "m.safetensors", "-o", "x", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["inspect", "x"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines] == [name for name, *_ in mixed()]
    assert last.startswith(f"x: {len(PLAIN):,} -> ")
    stored = ModelFile("x").inspect("weights").stored
    assert f"{8 * stored / 1000:.3f} bits each" in lines[0]


def test_rounding_warns_that_it_loses(here, capsys):
    assert main(["compress", "m.safetensors", "-o", "x", "--round"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("warning: float32 was rounded to bfloat16")
    assert said.out.endswith("after rounding to bfloat16\n")
    assert np.array_equal(ModelFile("x").read("float"), to_bfloat16(weights((30, 20))))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compress", "nothing"], "nothing"),
        (["compress", "other"], "other is not a safetensors file"),
        (["compress", "m.safetensors", "-o", "other"], "other exists; force overwrites it"),
        (["compress", "m.safetensors", "--threads", "0"], "threads must be at least 1, got 0"),
        (["inspect", "m.safetensors"], "not a compressed model"),
        (["decompress", "other", "-o", "x"], "the file ends"),
        (["decompress", "other"], "--output is needed"),
    ],
)
def test_a_refusal_is_one_line_and_status_1(here, capsys, arguments, said):
    Path("other").write_bytes(b"mine")
    before = sorted(path.name for path in here.iterdir())
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert said in error
    assert sorted(path.name for path in here.iterdir()) == before
    assert Path("other").read_bytes() == b"mine"
