"""The browser check sees every fault it is there for: bad_lesson.ipynb has one of each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = Path(__file__).parent
CHECK = HERE.parent.parent / ".ci" / "browser_check.py"
PROBLEMS = [
    "nothing to see before running: import time",
    "cell 9 raised RuntimeError: this cell fails",
    "cell 10 did not run",
    "slider 'dead' changed no picture",
    "slider 'dead' has no name that a screen reader can read",
    "slider 'crashing' changed no picture",
    "slider 'faulty' led to: This figure has a fault, ValueError",
    "dropdown 'stuck at two' option 2 changed no picture",
    "dropdown 'stuck at two' changed no picture, moved by keys",  # JupyterLab takes them
    "picture 0 follows its controls, its words do not",
    "a picture without words: img",
    "asked another host: http://stranger.invalid/picture.png",
    "console: http://stranger.invalid/picture.png - Failed to load resource",
    "the kernel sent 3.",  # 3.1 MB, a little more or less from run to run
    "slider to picture takes",
]


def test_every_fault_is_told_and_a_live_control_is_not_blamed(tmp_path):
    command = [sys.executable, CHECK, HERE / "bad_lesson.ipynb", "--root", HERE, "--out", tmp_path, "--megabytes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 passed, 1 failed" in done.stdout
    told = json.loads((tmp_path / "report.json").read_text())[0]["problems"]
    assert [problem for problem in PROBLEMS if not any(line.startswith(problem) for line in told)] == []
    assert not [line for line in told if line.startswith("slider 'slow' changed no picture")]
    assert not [line for line in told if line.startswith("dropdown 'stuck at two' option 1")]
    assert not [line for line in told if "Tab" in line]
