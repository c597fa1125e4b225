"""What is public is listed, sorted and documented."""

import importlib
import inspect
import pkgutil

import pytest

import polyquant

FAMILIES = sorted(m.name for m in pkgutil.iter_modules(polyquant.__path__) if not m.name.startswith("_"))


def test_the_package_lists_its_families():
    assert sorted(polyquant.__all__) == list(polyquant.__all__)
    assert set(polyquant.__all__) == {*FAMILIES, "__version__"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_family"):
        _ = polyquant.no_such_family


@pytest.mark.parametrize("name", FAMILIES)
def test_all_is_sorted_complete_and_documented(name):
    module = importlib.import_module(f"polyquant.{name}")
    assert module.__doc__
    listed = list(module.__all__)
    assert listed == sorted(set(listed))
    for public in listed:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            assert inspect.getdoc(thing), f"{name}.{public} has no docstring"


@pytest.mark.parametrize("name", FAMILIES)
def test_public_methods_are_documented(name):
    module = importlib.import_module(f"polyquant.{name}")
    for public in module.__all__:
        thing = getattr(module, public)
        if not inspect.isclass(thing):
            continue
        for method, body in vars(thing).items():
            if not method.startswith("_") and (inspect.isroutine(body) or isinstance(body, property | classmethod)):
                assert inspect.getdoc(getattr(thing, method)), f"{name}.{public}.{method} has no docstring"
