"""Make .venv and install polyquant with one of its extras, at the versions of constraints.txt.

    python .ci/install.py lessons

Does nothing, in 0.1 s and without a network, when a stamp says that the same was installed before: same files,
same folder, same Python. The stamp is taken away first and written last, so a stopped installation leaves none.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ROOM = 1 << 30  # bytes: what the largest environment here takes, and pip's unpacking


def state(extra: str) -> str:
    """Digest of everything that decides what is installed, and where: a moved folder has to be installed again."""
    said = repr((extra, str(ROOT), sys.version_info[:2])).encode()
    files = [Path(__file__), ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    return hashlib.sha256(said + b"".join(f.read_bytes() for f in files)).hexdigest()


def refuse(why: str) -> None:
    sys.exit(f"polyquant was not installed: {why}")


def look_around() -> None:
    """Say in one line what would stop pip after minutes."""
    try:
        VENV.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=VENV) as file:
            file.write(b"room for one page" * 256)
    except OSError as error:
        refuse(f"{VENV} cannot be written ({error.strerror})")
    free = shutil.disk_usage(VENV).free
    if not PYTHON.exists() and free < ROOM:
        refuse(f"it needs 1 GB of disk, {free / 1e9:.1f} GB are free in {ROOT}")


def run(what: str, *command: str) -> None:
    """Run a step; when it fails, one line with its own last words."""
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip() and "notice" not in line]
        told = next((line for line in reversed(lines) if "ERROR" in line or "Error" in line), "".join(lines[-1:]))
        refuse(f"{what} failed: {told or f'exit status {done.returncode}'}")


def install(extra: str) -> None:
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    if not PYTHON.exists() or subprocess.run([*pip, "--version"], capture_output=True).returncode:
        base = getattr(sys, "_base_executable", sys.executable)
        run("python -m venv", base, "-m", "venv", "--clear", str(VENV))
    pinned = [*pip, "install", "-c", "constraints.txt", *([] if sys.stdout.isatty() else ["-q"])]
    run("pip", *pinned, "setuptools")
    run("pip", *pinned, "--no-build-isolation", "-e", f".[{extra}]")


def main(extra: str) -> None:
    stamp = VENV / f".polyquant-{extra}"
    wanted = state(extra)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    look_around()
    stamp.unlink(missing_ok=True)
    print(f"Installing polyquant[{extra}] into {VENV}; the first time this takes a minute or two", flush=True)
    try:
        install(extra)
    except KeyboardInterrupt:
        refuse("interrupted; the next make goes on from here")
    stamp.write_text(wanted)


if __name__ == "__main__":
    main(sys.argv[1])
