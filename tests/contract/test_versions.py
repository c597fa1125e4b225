"""The oldest versions are those that pyproject.toml says, and every one of its lines says one."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def versions():
    spec = importlib.util.spec_from_file_location("ci_versions", ROOT / ".ci" / "versions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_need_of_the_tests_has_a_floor(versions):
    floors = versions.floors(versions.needs("test"))
    assert {"numpy", "numba", "plotly", "jupyterlab", "pytest"} <= {line.split("==")[0] for line in floors}
    assert all(line.count("==") == 1 for line in floors)


@pytest.mark.parametrize(
    ("line", "floor"),
    [("numpy>=2.1", "numpy==2.1"), ("a.b-c>=1.2.3; python_version > '3'", "a.b-c==1.2.3"), ("d[x]>=2,<3", "d==2")],
)
def test_the_floor_of_a_line(versions, line, floor):
    assert versions.floors([line]) == [floor]


@pytest.mark.parametrize("line", ["numpy", "numpy<3", "numpy==2.1"])
def test_a_line_without_a_floor_is_refused(versions, line):
    with pytest.raises(SystemExit, match="names no least version"):
        versions.floors([line])


@pytest.mark.parametrize("which", ["oldest", "latest"])
def test_each_command_installs_what_it_says(versions, monkeypatch, tmp_path, which):
    calls = []
    monkeypatch.setattr(versions, "run", lambda *command: calls.append([str(part) for part in command]) or True)
    assert versions.install(which, tmp_path)
    (wanted,) = [call for call in calls if any(part.startswith("numpy") for part in call)]
    assert ("-c" in wanted) == (which == "oldest")
    assert ("--upgrade" in wanted) == (which == "latest")
    assert "constraints.txt" not in " ".join(wanted)
    if which == "oldest":
        assert "numpy==2.1" in (tmp_path / "floors.txt").read_text()
