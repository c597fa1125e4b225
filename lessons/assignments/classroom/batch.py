"""Grade a folder of submissions unattended: each has a judge process of its own, and none can stop the others."""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .confine import MEMORY, why_not
from .judge import Item, Limits, Unreadable, judge, load, recognise
from .source import Assignment
from .student import Nursery

GRACE = 30
"""Seconds that a judge has beyond the limit of its submission."""


@dataclass
class Result:
    """What came of one file."""

    student: str
    path: Path
    assignment: str = ""
    items: list[Item] = field(default_factory=list)
    note: str = ""
    code: dict[str, str] = field(default_factory=dict)


@dataclass
class _Job:
    result: Result
    pid: int
    deadline: float
    data: bytearray = field(default_factory=bytearray)


def submissions(folder: Path) -> Iterator[tuple[str, Path]]:
    """(student, notebook) for all notebooks below *folder*: the student is the first folder, or the file's name."""
    for path in sorted(folder.rglob("*.ipynb")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or path.is_symlink() or not path.is_file():
            continue
        yield (parts[0] if len(parts) > 1 else path.stem), path


def grade(
    found: Iterable[tuple[str, Path]],
    assignments: dict[str, Assignment],
    nursery: Nursery,
    limits: Limits,
    jobs: int = 1,
) -> Iterator[Result]:
    """A result for each submission, as they get ready."""
    waiting, running = list(found), selectors.DefaultSelector()
    while waiting or running.get_map():
        while waiting and len(running.get_map()) < jobs:
            reader, job = _begin(Result(*waiting.pop(0)), assignments, nursery, limits)
            running.register(reader, selectors.EVENT_READ, job)
        for key, _ in running.select(timeout=1):
            part = os.read(key.fd, 1 << 16)
            key.data.data.extend(part)
            if not part:
                running.unregister(key.fd)
                os.close(key.fd)
                os.waitpid(key.data.pid, 0)
                yield _complete(key.data, assignments)
        for key in list(running.get_map().values()):
            if time.monotonic() > key.data.deadline:
                os.kill(key.data.pid, signal.SIGKILL)  # closes the pipe, which ends the job above


def _begin(result: Result, assignments: dict[str, Assignment], nursery: Nursery, limits: Limits) -> tuple[int, _Job]:
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            with os.fdopen(writer, "wb") as pipe:
                _judge(result.path, assignments, nursery, limits, pipe)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    return reader, _Job(result, pid, time.monotonic() + limits.total + GRACE)


def _judge(path: Path, assignments: dict[str, Assignment], nursery: Nursery, limits: Limits, pipe: Any) -> None:
    """In the judge's process: one JSON object a line, each as soon as it is known."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def say(**what: Any) -> None:
        pipe.write(json.dumps(what).encode() + b"\n")
        pipe.flush()

    try:
        notebook = load(path)
        assignment = recognise(notebook, assignments, path)
        if assignment is None:
            say(note="it belongs to no assignment here")
            return
        say(assignment=assignment.name, code=_answers(notebook, assignment))
        for item in judge(notebook, assignment, nursery, limits):
            say(item=asdict(item))
    except Unreadable as error:
        say(note=f"not readable: {error}")


def _answers(notebook: dict[str, Any], assignment: Assignment) -> dict[str, str]:
    from .judge import id_of, text_of

    ids = {cell.id for cell in assignment.of("answer")}
    found: dict[str, str] = {}
    for cell in notebook["cells"]:
        name = id_of(cell)
        if name in ids:
            found[name] = "\n\n".join(filter(None, [found.get(name), text_of(cell)[:20_000]]))
    return found


def _complete(job: _Job, assignments: dict[str, Assignment]) -> Result:
    result = job.result
    for line in bytes(job.data).splitlines():
        try:
            said = json.loads(line)
        except ValueError:  # the judge was stopped in the middle of it
            continue
        if "item" in said:
            result.items.append(Item(**said["item"]))
        else:
            result.assignment = said.get("assignment", "")
            result.code, result.note = said.get("code", {}), said.get("note", "")
    if result.assignment:
        done = {item.id for item in result.items}
        for cell in assignments[result.assignment].of("written", "test"):
            if cell.id not in done:
                said = "not reached: the submission took too much time or memory"
                result.items.append(Item(cell.id, cell.question, cell.title, cell.points, 0.0, said))
    elif not result.note:
        result.note = "the judge could not read it"
    return result


def check_fence(nursery: Nursery, *secret: Path) -> None:
    """Refuse to begin when foreign code could read what it must not."""
    if not nursery.confined:
        print("! not confined: a submission can read and change whatever you can", file=sys.stderr)
        return
    if reason := why_not():
        sys.exit(f"submissions are foreign code, and {reason}. --unconfined grades them all the same.")
    for place in nursery.readable:
        for path in secret:
            if path.resolve().is_relative_to(place):
                sys.exit(f"submissions could read {path}, which lies in {place}; move it elsewhere")
