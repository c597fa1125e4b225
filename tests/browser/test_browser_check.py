"""The browser check sees every fault it is there for: bad_lesson.ipynb has one of each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = Path(__file__).parent
CHECK = HERE.parent.parent / ".ci" / "browser_check.py"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    out = tmp_path_factory.mktemp("browser")
    command = [sys.executable, CHECK, HERE / "bad_lesson.ipynb", "--root", HERE, "--out", out, "--megabytes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 passed, 1 failed" in done.stdout
    return json.loads((out / "report.json").read_text())[0]


@pytest.mark.parametrize(
    "problem",
    [
        "nothing to see before running: import time",
        "cell 9 raised RuntimeError: this cell fails",
        "cell 10 did not run",
        "slider 'dead' changed no picture",
        "slider 'dead' has no name that a screen reader can read",
        "slider 'crashing' changed no picture",
        "slider 'faulty' led to: This figure has a fault, ValueError",
        "dropdown 'stuck at two' option 2 changed no picture",
        "a picture without words: img",
        "asked another host: http://stranger.invalid/picture.png",
        "console: http://stranger.invalid/picture.png - Failed to load resource",
        "the kernel sent 3.",  # 3.1 MB, a little more or less from run to run
        "slider to picture takes",
    ],
)
def test_the_fault_is_told(report, problem):
    assert any(line.startswith(problem) for line in report["problems"])


def test_a_live_control_is_not_blamed(report):
    assert not [line for line in report["problems"] if line.startswith("slider 'slow' changed no picture")]
    assert [line for line in report["problems"] if line.startswith("dropdown 'stuck at two'")] == [
        "dropdown 'stuck at two' option 2 changed no picture"
    ]
