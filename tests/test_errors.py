import inspect

from polyquant import errors


def test_the_tree_in_the_docstring_is_the_tree():
    names = [line.split("──")[-1].split()[0].split("(")[0] for line in errors.__doc__.splitlines() if "──" in line]
    assert sorted([*names, "PolyquantError"]) == sorted(errors.__all__)


def test_every_error_is_a_value_error():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, Exception)]
    assert len(classes) == len(errors.__all__)
    assert all(issubclass(c, ValueError) and issubclass(c, errors.PolyquantError) for c in classes)
    assert issubclass(errors.ShareFormatError, errors.DataError)
    assert issubclass(errors.ShareFormatError, errors.SharingError)
    assert not issubclass(errors.DomainError, errors.DataError)
