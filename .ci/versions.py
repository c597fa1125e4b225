"""Tests and lessons with other versions than the pinned ones, in an environment of their own.

    python .ci/versions.py oldest     the least versions that pyproject.toml allows
    python .ci/versions.py latest     the newest releases, whatever pyproject.toml and constraints.txt say of them

So rot is seen before readers see it. Numbers must be the same with every version; what older and newer packages warn
of, and the last digits that a lesson prints, need not be. Says at the end with which versions it was done.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRA = "test"
# Of the set-up with the pinned versions: what they are, and the pictures and notebooks that they make to the last byte.
PINNED = ["tests/contract/test_packaging.py", "tests/contract/test_lessons_build.py"]
ASK = "from importlib.metadata import distributions as d; print(*{f'{i.name}=={i.version}' for i in d()}, sep='\\n')"


def needs(extra: str) -> list[str]:
    """Every line of the dependencies of *extra*, the package's own extras spelt out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found, todo = list(project["dependencies"]), [extra]
    while todo:
        for line in project["optional-dependencies"][todo.pop()]:
            own = re.fullmatch(r"polyquant\[([\w,-]+)\]", line)
            todo += own[1].split(",") if own else []
            found += [] if own else [line]
    return found


def floors(lines: list[str]) -> list[str]:
    """``name==least`` for each line; a line without a least version is a mistake."""
    out = []
    for line in lines:
        match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?>=([\w.]+)", line)
        if not match:
            sys.exit(f"pyproject.toml names no least version: {line}")
        out.append(f"{match[1]}=={match[2]}")
    return out


def run(*command: str | Path) -> bool:
    print("+", *(str(part).replace(f"{ROOT}/", "") for part in command), flush=True)
    return not subprocess.run(command, cwd=ROOT).returncode


def install(which: str, venv: Path) -> bool:
    """Make the environment, or bring it to what *which* means today."""
    pip = [venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    if not (venv / "bin" / "python").exists() and not run(sys.executable, "-m", "venv", venv):
        return False
    lines = needs(EXTRA)
    if which == "oldest":
        limits = venv / "floors.txt"
        limits.write_text("\n".join(floors(lines)) + "\n")
        wanted = ["-c", limits, *lines]
    else:  # without the upper ends that pyproject.toml may set
        wanted = ["--upgrade", "--upgrade-strategy", "eager", *(re.sub(r",\s*<[\w.]+", "", line) for line in lines)]
    return (
        run(*pip, "--upgrade", "setuptools")
        and run(*pip, *wanted)
        and run(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    )


def check(venv: Path, select: list[str]) -> bool:
    """Tests, then lessons; both also when the first fail."""
    pytest = [venv / "bin" / "python", "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", "-p", "no:benchmark"]
    quiet = [
        "-W",
        "ignore::DeprecationWarning",
        "-W",
        "ignore::PendingDeprecationWarning",
        "-W",
        "ignore::FutureWarning",
    ]
    tests = run(*pytest, *quiet, "-m", "not slow and not browser", *(f"--ignore={p}" for p in PINNED), *select)
    lax = ["--nbval-lax", "--nbval-current-env", "--ignore=lessons/src", "--ignore=lessons/assignments"]
    return run(*pytest, *quiet, *lax, "lessons") and tests


def main() -> int:
    parser = argparse.ArgumentParser(description="Tests and lessons with the oldest or the newest versions.")
    parser.add_argument("which", choices=("oldest", "latest"))
    parser.add_argument("--venv", type=Path, help="where, instead of .venv-oldest and .venv-latest")
    parser.add_argument("select", nargs="*", help="tests instead of all")
    args = parser.parse_intermixed_args()
    venv = args.venv or ROOT / f".venv-{args.which}"
    passed = install(args.which, venv) and check(venv, args.select)
    told = subprocess.run([venv / "bin" / "python", "-c", ASK], capture_output=True, text=True).stdout.split()
    direct = {re.match(r"[\w.-]+", line)[0].lower() for line in needs(EXTRA)}
    print(f"{args.which}:", *sorted(line for line in told if line.split("==")[0].lower() in direct))
    print("1 passed, 0 failed" if passed else "0 passed, 1 failed")
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())
