"""The site check sees every fault it is there for: a site of two pages that has one of each."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title>'
PLAIN = f"""{HEAD}</head><body><main><h1>Bad</h1>
<p style="color: #aaa; background: #fff">pale</p><div style="width: 700px">wide</div>
<a href="gone.html">gone</a><img src="big.png" alt="big"><script>console.error("a complaint")</script>
<script>fetch("http://stranger.invalid/x").catch(() => {{}})</script>
<style>@media (prefers-color-scheme: dark) {{ .d {{ color: #222; background: #000 }} }}</style><p class="d">dim</p></main></body></html>"""
PAGE = f"""{HEAD}</head><body><main><h1>An explorable</h1><div class="pq-here" data-explorable="bad" data-state="{{}}">still</div>
<script type="module" src="../_static/explorables/here.js"></script></main></body></html>"""
# A dead control, one that only the picture follows, a slow step, a dead handle, a dead button, and no use of the address.
BAD = """import { number, explorable, h, svg, handle, press, words } from "./kit.js";
export const parameters = { live: number("live", 3, 0, 9, 1), dead: number("dead", 3, 0, 9, 1), mute: number("mute", 3, 0, 9, 1) };
export const compute = ({ live, mute }) => { const end = performance.now() + 60; while (performance.now() < end); return { live, mute }; };
export const describe = (state, data) => `It is ${data.live}.`;
export const view = (state, data, set) => [svg(640, 200, words(20, 40, data.live), words(20, 80, data.mute),
  h("circle", { cx: 300, cy: 100, r: 20, ...handle({ label: "stuck", value: 3, low: 0, high: 9, from: () => 3, to: () => {} }) }),
  h("rect", { x: 400, y: 50, width: 40, height: 40, ...press("deaf", () => {}) }))];
export default explorable({ name: "bad", title: "Bad", parameters, compute, describe, view, actions: [{ label: "Idle", run: () => ({}) }] });
"""
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
    shelf = tmp_path / "_static" / "explorables"
    shelf.mkdir(parents=True)
    (tmp_path / "explorables").mkdir()
    shutil.copy(ROOT / "widgets" / "explorables" / "kit.js", shelf)
    shutil.copy(ROOT / "docs" / "_site" / "static" / "here.js", shelf)
    (shelf / "bad.js").write_text(BAD)
    (tmp_path / "explorables" / "bad.html").write_text(PAGE)
    (tmp_path / "big.png").write_bytes(bytes(2_500_000))
    (tmp_path / "index.html").write_text(PLAIN)
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
    (site / "_static" / "explorables" / "bad.js").write_text(BAD.replace("+ 60", "+ 1"))
    assert any("bad.html: its address does not bring its state back" in line for line in check(site)[1])


def test_an_explorable_that_never_comes_to_life_is_told(site):
    (site / "_static" / "explorables" / "bad.js").write_text("throw new Error('no');")
    assert "explorables/bad.html: never came to life" in check(site)[1]
