"""One page for each family of the library, from its docstrings."""

import importlib
import inspect
from types import ModuleType

FAMILIES = (
    *("prefix", "entropy", "sharing", "ldp", "transforms", "quantize"),
    *("bits", "algebra", "datasets", "errors", "exercises"),
)
HEAD = """The library
===========

Made from the docstrings; every example here is run by the tests.

"""


def kind(thing: object) -> str:
    """Which of Sphinx's directives describes *thing*."""
    if isinstance(thing, ModuleType):
        return "module"
    return "class" if inspect.isclass(thing) else "function" if callable(thing) and inspect.isroutine(thing) else "data"


def entry(family: str, name: str, thing: object) -> str:
    path = f"polyquant.{family}.{name}"
    home = f"{name}\n   :module: polyquant.{family}\n"
    which = kind(thing)
    if family != "errors" and getattr(thing, "__module__", "") == "polyquant.errors":
        return f"**{name}**: :exc:`polyquant.errors.{name}`\n"
    if which == "module":
        return f"{path}\n{'-' * len(path)}\n\n.. automodule:: {path}\n   :members:\n"
    if which == "data":  # a ready-made value: its class says the rest
        made = type(thing).__name__
        return f".. py:data:: {home}   :type: {made}\n\n   A ready-made :class:`{made}`: ``{thing!r}``.\n"
    return f".. auto{which}:: {path}\n" + ("   :members:\n" if which == "class" else "")


def sources() -> set[str]:
    """Modules whose source has a page: those in which a public name is at home."""
    found = set()
    for family in FAMILIES:
        package = importlib.import_module(f"polyquant.{family}")
        for thing in (getattr(package, name) for name in package.__all__):
            found.add(thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", ""))
    return found


def page(family: str) -> str:
    """The page in reStructuredText."""
    package = importlib.import_module(f"polyquant.{family}")
    path = f"polyquant.{family}"
    lines = [f"{path}\n{'=' * len(path)}\n", f".. automodule:: {path}\n"]
    things = {name: getattr(package, name) for name in package.__all__}
    order = {"class": 0, "function": 1, "data": 2, "module": 3}
    for name in sorted(things, key=lambda name: (order[kind(things[name])], name.lower())):
        lines.append(entry(family, name, things[name]))
    return "\n".join(lines)


def index() -> str:
    """The page that leads to all others."""
    families = {family: importlib.import_module(f"polyquant.{family}").__doc__ or "" for family in FAMILIES}
    said = "\n".join(
        f":doc:`polyquant.{family} <{family}>`\n    {text.partition(chr(10))[0]}\n" for family, text in families.items()
    )
    return f"{HEAD}{said}\n.. toctree::\n   :hidden:\n\n" + "".join(f"   {family}\n" for family in FAMILIES)
