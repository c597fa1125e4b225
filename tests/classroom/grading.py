"""Run as a program: make submissions of every assignment, good and bad ones, grade them, print what came out.

A process of its own, since judges are split off from one without threads; one for everything, since the libraries that
submissions use load for seconds.
"""

import ast
import copy
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lessons" / "assignments"))

from classroom import __main__, batch, report
from classroom.judge import Limits
from classroom.source import read, read_all
from classroom.student import Nursery, Student

TOY = """# %% [markdown]
# # A toy

# %%
LIMIT = 10

# %% answer="q1"
def double(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION

# %% test="q1_all" points=2 seconds=5
# Doubles
assert double(2) == 4
### BEGIN HIDDEN TESTS
secret_case = 21
assert double(secret_case) == 42 < 5 * LIMIT, "hint: twice"
### END HIDDEN TESTS

# %% answer="q2"
### BEGIN SOLUTION
colour = "green"
### END SOLUTION

# %% test="q2_all" points=1
# A colour
assert colour != "red"
### BEGIN HIDDEN TESTS
assert colour == "green"
### END HIDDEN TESTS
"""

# Bodies of `double`, for the toy; the other question is answered rightly and must keep its point.
TRICKS = {
    "always equal": "class Yes:\n    def __eq__(self, other): return True\nreturn Yes()",
    "an int that is always equal": "class Yes(int):\n    def __eq__(self, other): return True\nreturn Yes(7)",
    "leaves": "import os\nos._exit(0)",
    "exits": "raise SystemExit(0)",
    "interrupts": "raise KeyboardInterrupt",
    "kills its process": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "never ends": "while True: pass",
    "cannot be interrupted": "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass",
    "huge answer": "return [0] * 10**8",
    "huge number": "return 10 ** 10**7",
    "huge memory": "return len(bytearray(10**11))",
    "huge output": "print('x' * 10**7)\nreturn 0",
    "endless recursion": "return double(n)",
    "deep answer": "a = []\nfor _ in range(10**5): a = [a]\nreturn a",
    "pickled exit": "class Bad:\n    def __reduce__(self): return exit, ()\nreturn Bad()",
    "a function": "return lambda: 4",
    "reads the judge": "import gc\nreturn [o for o in gc.get_objects() if 'secret_case' in str(o)[:999]] and 42",
    "leaks by its errors": "raise type(f'case {n}', (Exception,), {})(f'case {n}')",
    "patches": (
        "import builtins, polyquant.bits, json, sys\nbuiltins.AssertionError = ValueError\n"
        "json.dumps = lambda *_: '[\"value\", 42]'\nsys.modules['classroom.judge'] = None\nreturn 41"
    ),
    "forges answers": (
        "import os, struct\nword = b'[\"got\", 2.0]'\nfor fd in range(3, 300):\n"
        "    try: os.write(fd, (struct.pack('<I', len(word)) + word) * 9)\n    except OSError: pass\nreturn 0"
    ),
}

PROBE = """
import os, socket, subprocess, sys, ctypes, resource, pathlib

def attempts(parent, secret, out):
    here = {}
    def try_(name, action):
        try:
            here[name] = f"done: {action()!r}"[:200]
        except BaseException as error:
            here[name] = type(error).__name__
    libc = ctypes.CDLL(None, use_errno=True)
    def raw(*arguments):
        if libc.syscall(*arguments) < 0:
            raise OSError(ctypes.get_errno(), "refused")
    try_("read a source", lambda: open(secret).read())
    try_("read the password file", lambda: open("/etc/passwd").read())
    try_("list the folder", lambda: os.listdir(os.path.dirname(secret)))
    try_("read memory", lambda: open(f"/proc/{parent}/mem", "rb").read(1))
    try_("read own environment", lambda: open("/proc/self/environ").read())
    try_("write beside the grades", lambda: open(os.path.join(out, "grades.csv"), "w"))
    try_("write into the library", lambda: open(os.path.join(os.path.dirname(os.__file__), "x.py"), "w"))
    try_("write into tmp", lambda: open("/tmp/from_a_submission", "w"))
    try_("link", lambda: os.symlink(secret, "link") or open("link").read())
    try_("hard link", lambda: os.link(secret, "other") or open("other").read())
    try_("fork", os.fork)
    try_("raw fork", lambda: raw(57 if os.uname().machine == "x86_64" else 220, 17, 0, 0, 0, 0))
    try_("run", lambda: subprocess.run(["/bin/true"]))
    try_("exec", lambda: os.execv("/bin/true", ["true"]))
    try_("kill the judge", lambda: os.kill(parent, 9))
    try_("ask the judge", lambda: os.kill(parent, 0))
    try_("limit the judge", lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (1, 1)))
    try_("raise own limits", lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)))
    try_("leave the group", os.setsid)
    try_("another group", lambda: os.setpgid(0, 0))
    try_("network", lambda: socket.create_connection(("127.0.0.1", 9), 1))
    try_("unix socket", lambda: socket.socket(socket.AF_UNIX))
    try_("shut down", lambda: raw(169 if os.uname().machine == "x86_64" else 142, 0, 0, 0, 0))
    try_("chown", lambda: os.chown(".", 1, 1))
    pathlib.Path("mine").write_text("x")
    try_("write into its own folder", lambda: pathlib.Path("mine").read_text())
    try_("a large file", lambda: open("large", "wb").write(bytes(9 << 20)))
    try_("threads", lambda: __import__("threading").Thread(target=print).start())
    try_("the library", lambda: __import__("polyquant.prefix").prefix.gamma.length(5))
    try_("numpy", lambda: int(__import__("numpy").linalg.matrix_rank(__import__("numpy").eye(3))))
    try_("secrets in the environment", lambda: os.environ["CLASSROOM_TEST_TOKEN"])
    return here
"""


def toy_with(body):
    body = "\n".join("    " + line for line in body.splitlines())
    notebook = copy.deepcopy(toy.solved())
    answer = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "q1")
    answer.source = f"def double(n):\n{body}\n"
    return notebook


def endless(assignment):
    """Nothing is answered but the first question, and that answer never comes."""
    notebook = assignment.release()
    first = assignment.of("answer")[0]
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == first.id)
    names = [node.name for node in ast.parse(first.text).body if isinstance(node, ast.FunctionDef)]
    cell.source = "\n".join(f"def {name}(*_):\n    while True:\n        pass\n" for name in names)
    return notebook


def tampered(notebook, attack):
    """Every test and given cell is changed, doubled or gone, and foreign code stands first and last."""
    notebook = copy.deepcopy(notebook)
    cells = []
    for i, cell in enumerate(notebook.cells):
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not about.get("solution"):
            cell.source = f"assert True  # {i}\nraise SystemExit"
            if about.get("points"):
                about["points"] = 1000
            cells += [[cell, copy.deepcopy(cell)], [], [cell]][i % 3]
        else:
            cells.append(cell)
    extra = {"cell_type": "code", "metadata": {}, "source": attack}
    notebook.cells = [extra, *cells, copy.deepcopy(extra)]
    return notebook


ATTACK = """
import builtins, sys, os
import polyquant, polyquant.prefix, polyquant.algebra.polynomial, polyquant.algebra.gfp, numpy as np
class Yes:
    def __eq__(self, other): return True
    def __call__(self, *a, **k): return Yes()
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
builtins.AssertionError = type("Never", (Exception,), {})
get_ipython().events.register("pre_run_cell", lambda *a: None)
get_ipython().input_transformers_post.append(lambda lines: [l.replace("assert", "assert True or") for l in lines])
for name in list(sys.modules):
    if name.startswith("classroom"):
        for key in list(vars(sys.modules[name])):
            if callable(vars(sys.modules[name])[key]) and key not in ("Answering", "reply"):
                setattr(sys.modules[name], key, Yes())
"""
PATCHES = "\npolyquant.prefix.kraft = polyquant.prefix.gamma = polyquant.algebra.polynomial.evaluate = Yes()\n"


def hand_in(folder, student, name, notebook):
    path = folder / student / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())


def graded(folder, limits):
    found = list(batch.submissions(folder))
    results = sorted(batch.grade(found, known, nursery, limits, 1), key=lambda r: (r.student, r.assignment))
    report.write(results, known, folder / "grades")
    return [asdict(result) | {"path": result.path.name} for result in results]


if __name__ == "__main__":
    os.environ["CLASSROOM_TEST_TOKEN"] = "hunter2"
    home = Path(sys.argv[1])
    (home / "src").mkdir()
    (home / "src" / "90_toy.py").write_text(TOY)
    toy, assignments = read(home / "src" / "90_toy.py"), read_all()
    known = assignments | {"90_toy": toy}
    nursery = Nursery()
    for name, assignment in assignments.items():
        hand_in(home / "all", "blank", name, assignment.release())
        hand_in(home / "all", "right", name, assignment.solved())
        hand_in(home / "all", "wrong", name, assignment.with_mistakes().solved())
        hand_in(home / "all", "tampered blank", name, tampered(assignment.release(), ATTACK + PATCHES))
        hand_in(home / "all", "tampered right", name, tampered(assignment.solved(), ATTACK))
        hand_in(home / "endless", "endless", name, endless(assignment))
    for trick, body in TRICKS.items():
        hand_in(home / "tricks", trick, "90_toy", toy_with(body))
    early = toy.solved()
    early.cells.insert(0, {"cell_type": "code", "metadata": {}, "source": "while True: pass"})
    hand_in(home / "tricks", "a cell never ends", "90_toy", early)
    hand_in(home / "tricks", "no notebook", "90_toy", b"\x00{")
    hand_in(home / "tricks", "no cells", "90_toy", b'{"cells": 3}')
    hand_in(home / "tricks", "nested", "90_toy", b'{"cells":' + b"[" * 10**6)
    hand_in(home / "tricks", "something else", "holiday", b'{"cells": [{"cell_type": "code", "source": "1"}]}')
    hand_in(home / "tricks", "odd cells", "90_toy", b'{"cells": [{"cell_type": "code", "source": [1, null]}, {}]}')
    hand_in(home / "tricks", '=HYPERLINK("x")', "90_toy", toy_with("'''<script>alert(1)</script>'''; return 5"))
    scratch = Path(tempfile.mkdtemp(dir=home))
    student = Student(nursery, [PROBE], 20, 60)
    student.start()
    student.deadline = float("inf")
    probe = student.call("attempts", (os.getpid(), str(home / "src" / "90_toy.py"), str(scratch)), {})
    student.close()
    said = {
        "all": graded(home / "all", Limits()),
        "endless": graded(home / "endless", Limits(cell=1, total=20, factor=0.05)),
        "tricks": graded(home / "tricks", Limits(cell=1, total=15, factor=0.2)),
        "probe": probe,
    }
    (home / "said.json").write_text(json.dumps(said))
    # The command last: it closes the process that submissions are split off from. One start of it is enough here.
    hand_in(home / "in", "Ann", "90_toy", toy.solved())
    __main__.Nursery = lambda *_: nursery
    sys.argv = ["classroom", "--sources", str(home / "src"), "grade", str(home / "in"), "--out", str(home / "out")]
    sys.exit(__main__.main())
