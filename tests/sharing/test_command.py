"""The command, from the outside: real processes, real files."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import polyquant
from polyquant.sharing.__main__ import main, parties

ROOT = Path(polyquant.__file__).parent.parent


def run(*arguments, folder):
    command = [sys.executable, "-m", "polyquant.sharing", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_split_lose_two_add_one_combine(tmp_path):
    (tmp_path / "f").write_bytes(random.Random(1).randbytes(100_000))
    done = run("split", "f", "--threshold", "3", "--parties", "1-5", "--dealer", "f.dealer", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:5] == [f"f.{t}.pqss" for t in range(1, 6)]
    for name in ("f.1.pqss", "f.4.pqss", "f.5.pqss"):
        (tmp_path / name).unlink()
    assert run("add-party", "f.dealer", "--parties", "6", folder=tmp_path).returncode == 0
    done = run("combine", "f.2.pqss", "f.3.pqss", "f.6.pqss", "-o", "copy", folder=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "copy (100000 bytes)\n")
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "f").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [1, 8, 64])
def test_random_files_up_to_64_mebibytes(tmp_path, megabytes):
    source, copy = tmp_path / "f", tmp_path / "copy"
    source.write_bytes(random.Random(megabytes).randbytes((megabytes << 20) - 5))
    state = tmp_path / "f.dealer"
    seeded = ["--seeded"] if megabytes == 8 else []
    assert main(["split", str(source), "-k", "3", "--parties", "1,2,40", "--dealer", str(state), *seeded]) == 0
    assert main(["add-party", str(state), "--parties", "41", "--file", str(source)]) == 0
    shares = [str(tmp_path / f"f.{t}.pqss") for t in (2, 40, 41)]
    assert main(["combine", *shares, "-o", str(copy)]) == 0
    assert copy.read_bytes() == source.read_bytes()


@pytest.fixture
def shared(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("f").write_bytes(b"the secret is a sentence")
    assert main(["split", "f", "-k", "2", "--parties", "1-3", "--quiet"]) == 0
    return tmp_path


def test_damage_is_a_warning_while_enough_is_sound(shared, capsys):
    Path("f.2.pqss").write_bytes(Path("f.2.pqss").read_bytes()[:-3])
    assert main(["combine", "f.1.pqss", "f.2.pqss", "f.3.pqss", "-o", "copy"]) == 0
    assert Path("copy").read_bytes() == b"the secret is a sentence"
    said = capsys.readouterr()
    assert said.out == "copy (24 bytes)\n"
    assert said.err == "warning: f.2.pqss is damaged: block 1 of 1: the file ends 3 bytes early\n"


def test_a_refusal_is_one_message_and_status_1(shared, capsys):
    assert main(["combine", "f.1.pqss", "f.2.pqss"]) == 1
    assert capsys.readouterr().err == "error: f exists; force overwrites it\n"
    assert main(["combine", "f.1.pqss", "-o", "copy"]) == 1
    assert capsys.readouterr().err == "error: 2 shares are needed, got 1\n"
    assert main(["combine", "nothing", "-o", "copy"]) == 1
    assert "No such file" in capsys.readouterr().err
    assert not Path("copy").exists()


def test_force_overwrites(shared):
    Path("f").write_bytes(b"something else")
    assert main(["combine", "f.1.pqss", "f.3.pqss", "--force"]) == 0
    assert Path("f").read_bytes() == b"the secret is a sentence"


def test_quiet_is_quiet(shared, capsys):
    assert main(["combine", "f.1.pqss", "f.3.pqss", "-o", "copy", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_nothing_said_shows_the_secret(shared, capsys):
    main(["combine", "f.1.pqss", "f.2.pqss", "-o", "copy"])
    main(["combine", "f.1.pqss", "-o", "other"])
    said = capsys.readouterr()
    assert "sentence" not in said.out + said.err


@pytest.mark.parametrize(("text", "numbers"), [("1", [1]), ("1-3,9", [1, 2, 3, 9]), ("5, 7-8", [5, 7, 8])])
def test_parties_are_numbers_and_ranges(text, numbers):
    assert parties(text) == numbers


@pytest.mark.parametrize(
    "text", ["", "0", "1-", "3-1", "a", "1,,2", "-1", "1-1000", "9223372036854775808", "1" * 30, "１"]
)
def test_other_parties_are_refused(text, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["split", "f", "-k", "2", f"--parties={text}"])
    assert caught.value.code == 2
    assert "parties must" in capsys.readouterr().err


def test_the_bar_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    from polyquant.sharing.__main__ import Bar

    Bar("split", quiet=False)(5, 10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = Bar("split", quiet=False)
    bar(5, 10)
    bar(10, 10)
    said = capsys.readouterr().err
    assert " 50 %" in said
    assert said.rstrip(" \n").split("\r")[-1].startswith(f"split [{'#' * 30}] 100 %")
