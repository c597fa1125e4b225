"""Explorables in Node, without a page: the contract that each keeps, and their cores against the library."""

import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from PIL import Image
from polyquant_widgets import _explorable
from polyquant_widgets._explorable import EXPLORABLES, HERE, Explorable, module, sentence

TESTS = Path(__file__).parent
ROOT = TESTS.parent.parent


def script(path):
    """A Python file outside of packages."""
    spec = spec_from_file_location(path.stem, path)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


fingerprint = script(ROOT / ".ci" / "browser" / "stand.py").fingerprint


@pytest.fixture(scope="module")
def node():
    """node(script, *arguments, given=text): status and lines of what it printed."""
    program = shutil.which("node")
    if program is None and os.environ.get("CI"):
        pytest.fail("CI must run what readers' browsers compute, and there is no node here")
    if program is None:
        pytest.skip("needs node")

    def run(script, *arguments, given=""):
        done = subprocess.run(
            [program, TESTS / script, *arguments], input=given, capture_output=True, text=True, timeout=300
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    return run


@pytest.fixture
def shelf(tmp_path):
    """A folder in which Node takes .js files for modules, as browsers do, with the kit and the explorables."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for file in HERE.glob("*.js"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", EXPLORABLES)
def test_it_keeps_the_contract(node, shelf, name):
    status, lines = node("contract.mjs", shelf / f"{name}.js")
    assert status == 0, "\n".join(lines)


def cases(name):
    """What vectors_<name>.py says."""
    return script(TESTS / f"vectors_{name}.py").cases()


@pytest.mark.parametrize("name", EXPLORABLES)
def test_its_core_computes_what_the_library_computes(node, shelf, name):
    listed = cases(name)
    assert len(listed) >= 24
    status, lines = node("vectors.mjs", shelf / f"{name}.js", given=json.dumps(listed, allow_nan=False))
    assert status == 0, "\n".join(lines)
    assert lines[-1] == f"{len(listed)} cases, 0 wrong"


def start(node, file):
    """What it says and draws at its start."""
    status, lines = node("start.mjs", file)
    assert status == 0
    return json.loads(lines[0])


@pytest.mark.parametrize("name", EXPLORABLES)
def test_the_saved_picture_and_sentence_are_those_of_the_start(node, shelf, name):
    now = start(node, shelf / f"{name}.js")
    file = HERE / f"{name}.png"
    with Image.open(file) as saved:
        assert saved.text["drawn"] == fingerprint(now["drawn"]), "draws something else by now: make pictures"
        assert 600 <= saved.width <= 800
    assert file.stat().st_size <= 60_000
    assert sentence(name) == now["sentence"], "says something else by now: make pictures"


@pytest.mark.parametrize("name", EXPLORABLES)
def test_it_stands_in_one_lesson_with_its_picture_and_has_a_page(name):
    outputs = [
        output
        for file in (ROOT / "lessons").glob("*.ipynb")
        for cell in json.loads(file.read_text())["cells"]
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("image/png", {}).get("explorable") == name
    ]
    (output,) = outputs
    assert output["metadata"]["image/png"] == {"alt": sentence(name), "explorable": name, "state": {}}
    assert set(output["data"]) == {"image/png", "text/plain"}
    assert b64decode("".join(output["data"]["image/png"])) == (HERE / f"{name}.png").read_bytes(), "make lessons-build"
    assert f"```{{explorable}} {name}" in (ROOT / "docs" / "explorables" / f"{name}.md").read_text()


def test_another_start_has_another_fingerprint(node, shelf):
    seen = set()
    for boxes in (3, 3, 4):
        (shelf / "tiny.js").write_text(TINY.replace('number("boxes", 3', f'number("boxes", {boxes}', 1))
        seen.add(fingerprint(start(node, shelf / "tiny.js")["drawn"]))
    assert len(seen) == 2
    assert fingerprint('"x":0.12000000000000001') == fingerprint('"x":0.12') != fingerprint('"x":0.13')


# what the two runners notice ------------------------------------------------------------------------------------

TINY = (TESTS / "tiny.js").read_text()


def kept(node, shelf, old="", new=""):
    """Does the tiny explorable, with *old* made *new*, keep the contract? What the runner said."""
    assert old in TINY
    (shelf / "tiny.js").write_text(TINY.replace(old, new, 1))
    status, lines = node("contract.mjs", shelf / "tiny.js")
    assert status == any(line.startswith("! ") for line in lines)
    return "\n".join(lines)


def test_a_good_one_is_not_blamed(node, shelf):
    assert "!" not in kept(node, shelf)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("export const describe", "const describe", "does not export describe"),
        ('name: "tiny"', 'name: "huge"', "is called huge, its file tiny.js"),
        ('title: "Boxes"', 'title: ""', "has no title"),
        ('number("boxes", 3, 1, 9, 1)', 'number("boxes", 30, 1, 9, 1)', "n cannot start at 30"),
        ('number("boxes", 3, 1, 9, 1)', 'number("boxes", 3, 1, 9, 3)', "n cannot be 9, its high end"),
        ('toggle("open", false)', 'toggle("", false)', "open has no label"),
        ("/^[0-8]$/.test(asked)", "true", "marked takes ? for a value"),
        ("/^[0-8]$/.test(asked), { hidden: true }", "/^[0-8]$/.test(asked)", "so it needs examples"),
        ('Error("n must be below 9 for open boxes, got 9")', 'Error("no")', 'cannot compute at {"n":9,"open":true'),
        ("return { boxes:", "if (state.n === 9) null.x; return { boxes:", "TypeError"),
        ("if (state.n === 9 && state.open)", "if (state.n > 3)", "settings are refused"),
        ("if (state.n === 9 && state.open)", "if (state.n === 3)", "the start"),
        ("{ boxes, mark }) =>", "{ boxes, mark }) => state.n === 9 ? null.x :", "cannot draw"),
        ("boxes, ${state.open", "boxes. Really. True. ${state.open", "5 sentences"),
        ("is marked.`", "is marked`", "does not end"),
        ("Number ${mark}", "Number ${mark / (state.n - 1)}", "says"),
        ("x: 20 * i,", "x: 20 * i / (state.n - 1),", '<rect> has x="NaN"'),
        ('words(5, 38, "boxes")', "words(5, 38, boxes[7])", 'draws the words "undefined"'),
        ("key: i,", "key: 1,", "two children with one key"),
        ("key: i,", 'key: i, id: "box",', "uses an id twice"),
        ('svg(200, 40, boxes.map(box), words(5, 38, "boxes"),', 'h("p", {}, boxes.map(box),', "draws no picture"),
        ("`mark box ${i}`", '""', "a button has no aria-label"),
        ("value: state.n, low: 1", "value: state.n, low: 4", "outside of its ends"),
        ("to: (n) => set({ n })", "to: () => {}", 'slider "boxes" does nothing'),
        ("to: (n) => set({ n })", "to: (n) => set({ n: n + 1 })", 'slider "boxes" sets what is no value, n: 10'),
        ("set({ marked: String(i) })", "set({ mark: i })", "sets what is no value, mark: 0"),
        ("...press(`mark", "...[].concat(`mark", "marked never changes"),
        ("...press(`mark", "onclick() {}, ...[].concat(`mark", "not pressed by a key"),
        ("able: (state) => state.n < 8", "able: () => true", "sets what is no value, n: 10"),
        ("able: (state) => state.n < 8", "able: () => false", '"One more" can never be pressed'),
        ("({ n: state.n + 1 })", "({ n: state.n })", "can be pressed and does nothing"),
        (', "fill-opacity": state.open ? 0.5 : 1', "", "open changes no picture"),
        ('state.open ? "open" : "shut"', '"somehow"', "open changes no sentence"),
        ("${boxes.length} ${state.colour} boxes", "${boxes.length} boxes", "colour changes no sentence"),
        ("i === mark ?", "Math.random() < 0.5 ?", "draws or says something else again"),
        ("% state.n };", "% state.n, drawn: Math.random() };", "computes other data again"),
        ("svg(200, 40, boxes.map(box)", "svg(200, 40, boxes.push(1) && boxes.map(box)", "drawing changes the data"),
    ],
)
def test_a_broken_promise_is_noticed(node, shelf, old, new, complaint):
    assert complaint in kept(node, shelf, old, new)


EVEN, ODD = [{"big": str(2 * 3**60)}], [{"big": "5"}]


WRONG = [  # call, arguments, what is promised, the complaint
    ("doubled", [21], {"expected": 42}, ""),
    ("doubled", [21], {"expected": 43}, "result is 42, not 43"),
    ("doubled", [0.1], {"expected": 0.2 + 1e-12}, ""),
    ("doubled", [0.1], {"expected": 0.2 + 1e-6}, "result is 0.2"),
    ("doubled", [0.1], {"expected": 0.2 + 1e-6, "tolerance": 1e-5}, ""),
    ("doubled", [2**52], {"expected": 2**53 - 2}, "not 9007199254740990"),
    ("doubled", ["x"], {"expected": 0}, "result is null, not 0"),  # NaN
    ("tripled", [1], {"expected": 3}, "is not exported"),
    ("halves", EVEN, {"expected": [str(3**60), str(3**60)]}, ""),
    ("halves", EVEN, {"expected": [str(3**60), str(3**60 + 1)]}, "[1] is"),
    ("halves", ODD, {"expected": ["2", "2"]}, '[1] is "3", not "2"'),
    ("halves", ODD, {"expected": ["2"]}, "result is"),
    ("halves", ODD, {"raises": "must"}, 'does not raise "must", gives ["2","3"]'),
    ("halves", [{"big": "-1"}], {"raises": "must be at least 0"}, ""),
    ("halves", [{"big": "-1"}], {"raises": "must be even"}, "raises Error: whole must"),
    ("halves", [{"big": "-1"}], {"expected": ["0", "0"]}, "raises Error: whole must"),
    ("thirds", [3], {"expected": [0, 1 / 3, 2 / 3]}, ""),
    ("thirds", [3], {"expected": [0, 1 / 3, 0.6]}, "[2] is 0.666"),
    ("compute", [{"n": 2, "marked": "1"}], {"expected": {"boxes": [0, 1], "mark": 1}}, ""),
    ("compute", [{"n": 2, "marked": "1"}], {"expected": {"boxes": [0, 1]}}, "mark too many"),
    ("compute", [{"n": 1, "marked": "0"}], {"expected": {"boxes": [0], "mark": 0, "x": 1}}, "[x] is undefined"),
]


def test_wrong_numbers_are_noticed_and_right_ones_are_not(node, shelf):
    (shelf / "tiny.js").write_text(TINY)
    listed = [{"call": call, "arguments": given, **promised} for call, given, promised, _ in WRONG]
    status, lines = node("vectors.mjs", shelf / "tiny.js", given=json.dumps(listed))
    expected = [(call, complaint) for call, _, _, complaint in WRONG if complaint]
    assert status == 1
    assert lines[-1] == f"{len(WRONG)} cases, {len(expected)} wrong"
    for line, (call, complaint) in zip(lines, expected, strict=False):
        assert line.startswith(f"! {call}(")
        assert complaint in line


# the kit --------------------------------------------------------------------------------------------------------


def test_the_kit_does_what_it_says(node, shelf):
    status, lines = node("kit.mjs", shelf / "kit.js")
    assert status == 0, "\n".join(lines)


# in a notebook --------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(shelf, monkeypatch):
    """The widget's module finds the tiny explorable, its picture and its sentence."""
    (shelf / "tiny.js").write_text(TINY)
    (shelf / "tiny.png").write_bytes(b"\x89PNG...")
    (shelf / "sentences.json").write_text('{"tiny": "3 red boxes, shut. Number 0 is marked."}')
    (shelf / "kit.css").write_text(".pq-explorable {}")
    monkeypatch.setattr(_explorable, "HERE", shelf)
    monkeypatch.setattr(_explorable, "EXPLORABLES", ("tiny",))
    module.cache_clear()
    yield shelf
    module.cache_clear()


LOAD = """
import path from "node:path";
import { pathToFileURL } from "node:url";
const joined = await import(pathToFileURL(process.argv[2]));
console.log(joined.default.name, typeof joined.default.render, Object.keys(joined).sort().join(" "));
"""


def exported(file):
    """Names that the file offers to others."""
    found = re.findall(r"^export (?:async )?(?:const|let|function\*?|class) (\w+)", file.read_text(), re.MULTILINE)
    assert found
    return {*found, "default"}


@pytest.mark.parametrize("name", EXPLORABLES)
def test_it_is_one_module_in_a_notebook(node, shelf, name):
    (shelf / "load.mjs").write_text(LOAD)
    (shelf / "joined.mjs").write_text(module(name))
    status, lines = node(shelf / "load.mjs", shelf / "joined.mjs")
    assert status == 0
    assert lines == [f"{name} function {' '.join(sorted(exported(HERE / f'{name}.js')))}"]


def test_names_that_two_files_share_are_noticed(node, tiny):
    (tiny / "load.mjs").write_text(LOAD)
    (tiny / "joined.mjs").write_text(module("tiny"))
    assert node(tiny / "load.mjs", tiny / "joined.mjs")[1][0].startswith("tiny function compute default describe")
    (tiny / "joined.mjs").write_text(module("tiny") + "\nfunction between() {}")
    with pytest.raises(AssertionError, match="'between' has already been declared"):
        node(tiny / "load.mjs", tiny / "joined.mjs")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import {", "// import {"),
        ("import {", 'import { svg as drawing } from "./kit.js";\nimport {'),
        ("import {", 'import "./other.js";\nimport {'),
        ('"./kit.js"', '"./kit.mjs"'),
    ],
)
def test_it_imports_the_kit_and_nothing_else(tiny, old, new):
    (tiny / "tiny.js").write_text(TINY.replace(old, new, 1))
    with pytest.raises(ValueError, match=r"^tiny\.js must import kit\.js in one statement, and nothing else$"):
        module("tiny")


def test_a_widget_carries_code_look_and_state(tiny):
    widget = Explorable("tiny", n=4)
    assert widget.state == {"n": 4}
    assert widget.get_state()["state"] == {"n": 4}
    assert widget._esm.count("export default") == 1
    assert widget._css == ".pq-explorable {}"


def test_without_a_kernel_it_is_a_picture_and_a_sentence(tiny):
    data, metadata = Explorable("tiny", n=4)._repr_mimebundle_()
    said = "3 red boxes, shut. Number 0 is marked."
    assert data["text/plain"] == said
    assert data["image/png"].startswith(b"\x89PNG")
    assert set(data) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert metadata == {"image/png": {"alt": said, "explorable": "tiny", "state": {"n": 4}}}


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"^name must be one of prefix_codes, .*, pyramid, got 'kit'$"):
        Explorable("kit")
