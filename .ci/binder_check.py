"""Does binder/ parse, pin and run? Without docker.

    python .ci/binder_check.py                   the rules (at once)
    python .ci/binder_check.py --replay DIR      and a build of it in DIR: environment, postBuild, start, JupyterLab

The replay does what the service's builder would do after its base image, as far as a plain machine can: copy the
checkout, make an environment, install binder/requirements.txt, run binder/postBuild, and run through binder/start:
the package with its compiled code already on disk, the server's settings, JupyterLab's version. Not covered: the base
image's own JupyterLab, memory limits, the service's network.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"([A-Za-z0-9_.-]+)==([\w.+!]+)")
LEAVE = shutil.ignore_patterns(".git", ".venv*", "__pycache__", "*.egg-info", ".*_cache", "browser_check_out")

# Run through binder/start: nothing is compiled here if postBuild left its work where a session looks for it.
KERNELS_ARE_KEPT = """
from numba.core.event import register, RecordingListener
heard = RecordingListener()
register("numba:compile", heard)
from polyquant import _warm
_warm.warm()
compiled = len(heard.buffer) // 2
raise SystemExit(f"{compiled} functions were compiled again" if compiled else None)
"""


def pins(file: Path) -> tuple[dict[str, str], list[str]]:
    """Versions by normalised name, and the lines that are no pins."""
    found, strange = {}, []
    for line in file.read_text().splitlines():
        line = line.split("#")[0].strip()
        if match := PIN.fullmatch(line):
            found[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2]
        elif line:
            strange.append(line)
    return found, strange


def wanted(root: Path) -> set[str]:
    """Names of what the package and its lessons say they need."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    needs = project["dependencies"] + project["optional-dependencies"]["lessons"]
    return {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", need)[0]).lower() for need in needs}


def rules(root: Path) -> list[str]:
    """What is wrong with the files of binder/, read only."""
    folder = root / "binder"
    bad = ["environment.yml hides requirements.txt"] if (folder / "environment.yml").exists() else []
    ours, strange = pins(folder / "requirements.txt")
    bad += [f"requirements.txt: not a pin: {line}" for line in strange]
    bad += [f"requirements.txt: {name} is not pinned" for name in sorted(wanted(root) - set(ours))]
    if "torch" in ours:
        bad.append("requirements.txt: torch is there; on the service that is a build of several GB")
    if not re.fullmatch(r"python-3\.\d+\n", (folder / "runtime.txt").read_text()):
        bad.append("runtime.txt must say python-3.N")
    for name, rule in {"postBuild": "set -e", "start": 'exec "$@"'}.items():
        file = folder / name
        if not os.access(file, os.X_OK) or not file.read_bytes().startswith(b"#!"):
            bad.append(f"{name} must be executable and say what runs it")
        if rule not in file.read_text():
            bad.append(f"{name} must have: {rule}")
    return bad


def step(name: str, command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run one step of the replay, print its time; what it printed."""
    start = time.perf_counter()
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=folder, env=environment, text=True, timeout=900, **streams)
    print(f"  {name}: {time.perf_counter() - start:.1f} s, exit {done.returncode}", flush=True)
    if done.returncode:
        sys.exit(f"{done.stdout[-1500:]}\n0 passed, 1 failed")
    return done.stdout


def replay(root: Path, where: Path) -> None:
    """Build and start it in *where*."""
    home, venv = where / "home", where / "venv"
    if where.exists() and any(where.iterdir()):
        sys.exit(f"{where} is not empty")
    shutil.copytree(root, home, ignore=LEAVE)
    version = (root / "binder" / "runtime.txt").read_text().strip().replace("-", "")
    python = shutil.which(version) or sys.executable
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL_ENV", "PYTHON", "NUMBA_", "XDG_"))}
    environment = kept | {"HOME": str(home), "PATH": f"{venv}/bin:{os.environ['PATH']}"}
    step("environment", [python, "-m", "venv", str(venv)], home, kept)
    step("requirements", ["python", "-m", "pip", "install", "-q", "-r", "binder/requirements.txt"], home, environment)
    step("postBuild", ["binder/postBuild"], home, environment)
    session = environment | {"JUPYTER_PREFER_ENV_PATH": "1"}
    step("kernels are kept", ["binder/start", "python", "-c", KERNELS_ARE_KEPT], home, session)
    settings = step("settings", ["binder/start", "jupyter", "server", "--show-config-json"], home, session)
    if "websocket_compression_options" not in settings:
        sys.exit("the server does not read binder/jupyter_server_config.json\n0 passed, 1 failed")
    step("JupyterLab", ["binder/start", "jupyter", "lab", "--version"], home, session)
    size = sum(f.stat().st_size for f in venv.rglob("*") if f.is_file() and not f.is_symlink())
    print(f"  environment: {size / 2**20:.0f} MiB")


def main() -> int:
    parser = argparse.ArgumentParser(description="Check binder/ without docker.")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--replay", type=Path, metavar="DIR", help="build it in DIR, a new folder")
    args = parser.parse_args()
    bad = rules(args.root)
    for line in bad:
        print("! binder/" + line)
    if not bad and args.replay:
        replay(args.root.resolve(), args.replay.resolve())
    print("0 passed, 1 failed" if bad else "1 passed, 0 failed")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
