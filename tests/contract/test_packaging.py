"""What is installed, and from what: pins, package lists, wheel, editable install, the two commands' set-up."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LISTED = PROJECT["tool"]["setuptools"]["packages"]
FOLDERS = {"polyquant": ROOT / "polyquant", "polyquant_widgets": ROOT / "widgets"}


def script(name):
    """A module of .ci, which is no package."""
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file):
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    found = [re.fullmatch(r"([\w.-]+)==([\w.+!]+)", line) for line in lines if line]
    assert all(found), f"{file} has a line that is no pin"
    return {normal(match[1]): match[2] for match in found}


def needed(*extras):
    """Names of everything that the package with *extras* needs here, as far as it is installed."""
    project = PROJECT["project"]
    todo = [(Requirement(need), "") for need in project["dependencies"]]
    todo += [(Requirement(need), "") for extra in extras for need in project["optional-dependencies"][extra]]
    names = set()
    while todo:
        need, extra = todo.pop()
        name = normal(need.name)
        if need.marker and not need.marker.evaluate({"extra": extra}):
            continue
        if name == "polyquant":
            names |= needed(*need.extras)
            continue
        known = {name, *(f"{name}[{extra}]" for extra in need.extras)} <= names
        names |= {name, *(f"{name}[{extra}]" for extra in need.extras)}
        try:
            further = [] if known else importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        todo += [(Requirement(line), extra) for line in further for extra in ["", *need.extras]]
    return {name for name in names if "[" not in name}


def test_every_dependency_down_to_the_last_is_pinned():
    assert needed(*PROJECT["project"]["optional-dependencies"]) <= set(pins("constraints.txt"))


def test_pins_lie_in_the_ranges_of_pyproject():
    project, versions = PROJECT["project"], pins("constraints.txt")
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for need in (Requirement(line) for group in groups for line in group):
        assert need.name == "polyquant" or need.specifier.contains(versions[normal(need.name)]), need


def test_binder_installs_what_the_lessons_need_at_the_same_versions():
    ours, all_pins = pins("binder/requirements.txt"), pins("constraints.txt")
    assert ours == {name: all_pins[name] for name in needed("lessons") | {"setuptools"}}


def test_binder_follows_the_rules():
    assert script("binder_check").rules(ROOT) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("requirements.txt", "numpy==", "numpy>=", "not a pin"),
        ("requirements.txt", "numpy==", "# numpy==", "numpy is not pinned"),
        ("requirements.txt", "numpy==", "torch==2.13.0\nnumpy==", "torch is there"),
        ("requirements.txt", "numpy==", "--find-links here\nnumpy==", "not a pin"),
        ("runtime.txt", "3.11", "latest", "must say python-3.N"),
        ("postBuild", "set -euo pipefail", "", "must have: set -e"),
        ("start", 'exec "$@"', "", "must have: exec"),
        ("start", "#!", "# ", "must be executable"),
    ],
)
def test_a_broken_binder_folder_is_noticed(tmp_path, file, old, new, complaint):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "binder", tmp_path / "binder")
    path = tmp_path / "binder" / file
    path.write_text(path.read_text().replace(old, new, 1))
    assert [line for line in script("binder_check").rules(tmp_path) if complaint in line]


def test_every_package_folder_is_listed():
    found = {
        ".".join([name, *path.parent.relative_to(folder).parts])
        for name, folder in FOLDERS.items()
        for path in folder.glob("**/__init__.py")
    }
    assert sorted(found) == sorted(LISTED)


# the set-up that make runs --------------------------------------------------------------------------------------


@pytest.fixture
def install(tmp_path, monkeypatch):
    """.ci/install.py in a project of its own, with a pip that only says that it was called."""
    module = script("install")
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    module.calls = []
    monkeypatch.setattr(module, "install", module.calls.append)
    return module


def test_the_second_set_up_does_nothing(install):
    install.main("lessons")
    install.main("lessons")
    assert install.calls == ["lessons"]


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_changed_needs_are_installed(install, file):
    install.main("lessons")
    (install.ROOT / file).write_text("changed")
    install.main("lessons")
    assert install.calls == ["lessons", "lessons"]


def test_a_moved_folder_is_installed_again(install, monkeypatch, tmp_path):
    before = install.state("lessons")
    shutil.copytree(install.ROOT, tmp_path / "elsewhere")
    monkeypatch.setattr(install, "ROOT", tmp_path / "elsewhere")
    assert install.state("lessons") != before


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_a_stopped_installation_leaves_no_stamp(install, monkeypatch, end):
    install.main("lessons")
    (install.ROOT / "constraints.txt").write_text("changed")

    def stop(extra):
        raise end

    monkeypatch.setattr(install, "install", stop)
    with pytest.raises((SystemExit, RuntimeError)):
        install.main("lessons")
    assert not list(install.VENV.glob(".polyquant*"))


def test_a_folder_that_cannot_be_written_is_told_in_one_line(install):
    install.VENV.write_text("a file where the folder should be")
    with pytest.raises(SystemExit) as stop:
        install.main("lessons")
    assert re.fullmatch(r"polyquant was not installed: .*\.venv cannot be written \(.+\)", str(stop.value))


def test_a_full_disk_is_told_in_one_line(install, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=3e8))
    with pytest.raises(SystemExit, match=r"^polyquant was not installed: it needs 1 GB of disk, 0.3 GB are free in"):
        install.main("lessons")


def test_the_last_words_of_a_failing_step_are_told(install):
    step = "import sys; sys.exit('WARNING: x\\nERROR: no room\\n[notice] a new release')"
    with pytest.raises(SystemExit, match=r"^polyquant was not installed: pip failed: ERROR: no room$"):
        install.run("pip", sys.executable, "-c", step)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_an_old_or_missing_python_is_told_in_one_line(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    old = tmp_path / "old_python"  # says what an old one would say about the question that it is asked
    pretend = "import sys; sys.version_info, sys.version = (3, 9, 18), '3.9.18 x'"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{pretend}; $2"\n')
    old.chmod(0o755)
    for python, words in {old: "is 3.9.18. Name another: make test PYTHON=", "no_such_python": "there is no"}.items():
        done = subprocess.run(["make", "-s", "test", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True)
        line, *rest = done.stderr.splitlines() if python == old else [done.stdout.strip()]
        assert done.returncode
        assert line.startswith("polyquant needs Python 3.11 or newer")
        assert words in line
        assert all(other.startswith("make: ***") for other in rest)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_help_names_every_command_and_each_command_can_be_planned():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert phony == re.findall(r"^  make (\S+)", said, re.M)
    subprocess.run(["make", "-n", *phony], cwd=ROOT, capture_output=True, check=True)


# wheel and editable install -------------------------------------------------------------------------------------

ASK = """
import importlib, pkgutil, sys
import polyquant, polyquant_widgets
for package in (polyquant, polyquant_widgets):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    print(package.__path__[0])
"""


@pytest.fixture
def copy(tmp_path):
    """The sources alone, so that building leaves nothing behind."""
    target = tmp_path / "sources"
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("polyquant", "widgets"):
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    for file in [*ROOT.glob("LICENSE*"), *ROOT.glob("README.md"), ROOT / "pyproject.toml"]:
        shutil.copy(file, target)
    return target


@pytest.fixture
def fresh(tmp_path):
    """A Python that sees this one's packages, but none of its editable installs; run(...) in it."""
    folder = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(*arguments):
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run([python, *arguments], cwd=tmp_path, env=kept, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def pip(*arguments):
    options = ["--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-q"]
    done = subprocess.run([sys.executable, "-m", "pip", *arguments, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_wheel_holds_every_file_and_works(tmp_path, copy, fresh):
    pip("wheel", copy, "--wheel-dir", tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    sources = {
        f"{name}/{path.relative_to(copy / folder.name)}"
        for name, folder in FOLDERS.items()
        for path in (copy / folder.name).glob("**/*")
        if path.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
        site = fresh("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        archive.extractall(site)
    assert {name for name in files if ".dist-info/" not in name} == sources
    assert {f"LICENSE{of}" for of in ("", "-lessons")} <= {Path(name).name for name in files}
    assert fresh("-c", ASK).split() == [f"{site}/polyquant", f"{site}/polyquant_widgets"]


@pytest.mark.slow
def test_an_editable_install_works_and_sees_new_modules(copy, fresh):
    python = fresh("-c", "import sys; print(sys.executable)").strip()
    pip("--python", python, "install", "-e", copy)
    assert fresh("-c", ASK).split() == [f"{copy}/polyquant", f"{copy}/widgets"]
    (copy / "widgets" / "brand_new.py").write_text("WORDS = 'seen at once'\n")
    assert fresh("-c", "from polyquant_widgets.brand_new import WORDS; print(WORDS)").strip() == "seen at once"
