"""The site check sees every fault it is there for: a site of two pages that has one of each."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent.parent
BAD = Path(__file__).parent / "bad"
SLOW = "performance.now() + 60"
PROBLEMS = [
    "index.html: gone.html leads nowhere",
    "index.html: weighs ",
    "index.html: asked another host: http://stranger.invalid/x",
    "index.html: light: color-contrast",
    "index.html: dark: color-contrast",
    "index.html: console: ",
    "index.html: 3",  # so many px too wide for 360
    "explorables/bad.html: control 'dead' (keys) changed no picture",
    "explorables/bad.html: control 'mute' (keys) changed no sentence",
    "explorables/bad.html: handle 'stuck' (keys) changed no picture",
    "explorables/bad.html: handle 'stuck' (dragged) changed no picture",
    "explorables/bad.html: button in the picture 'deaf' changed no picture",
    "explorables/bad.html: button 'Idle' changed no picture",
    "explorables/bad.html: a step takes ",
]


@pytest.fixture
def site(tmp_path):
    shutil.copytree(BAD, tmp_path, dirs_exist_ok=True)
    shelf = tmp_path / "_static" / "explorables"
    shelf.mkdir(parents=True)
    (tmp_path / "bad.js").rename(shelf / "bad.js")
    shutil.copy(ROOT / "widgets" / "explorables" / "kit.js", shelf)
    shutil.copy(ROOT / "docs" / "_site" / "static" / "here.js", shelf)
    (tmp_path / "big.css").write_text("/*" + 2_500_000 * "x" + "*/")
    return tmp_path


def check(site):
    command = [sys.executable, ROOT / ".ci" / "site_check.py", site, "--side-by-side", "1"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    return done.returncode, [line.removeprefix("! ") for line in done.stdout.splitlines()], done.stdout + done.stderr


def test_every_fault_is_told_and_a_live_control_is_not_blamed(site):
    status, lines, out = check(site)
    assert status == 1, out
    assert lines[-1] == "0 passed, 2 failed"
    assert [problem for problem in PROBLEMS if not any(line.startswith(problem) for line in lines)] == [], out
    assert not [line for line in lines if "'live'" in line], out


def test_addresses_that_do_nothing_are_told(site):
    kit = site / "_static" / "explorables" / "kit.js"
    kit.write_text(kit.read_text() + "\nhistory.replaceState = () => {};\n")
    bad = kit.with_name("bad.js")
    bad.write_text(bad.read_text().replace(SLOW, "0"))
    assert any("bad.html: its address does not bring its state back" in line for line in check(site)[1])


def test_an_explorable_that_never_comes_to_life_is_told(site):
    (site / "_static" / "explorables" / "bad.js").write_text("throw new Error('no');")
    assert "explorables/bad.html: bad never came to life" in check(site)[1]
