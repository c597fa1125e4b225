"""The same hypothesis cases for everyone; they still shrink. And a share of the tests, where all take too long."""

import zlib

from hypothesis import settings

settings.register_profile("polyquant", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("polyquant")


def pytest_addoption(parser):
    parser.addoption(
        "--every", type=int, default=1, metavar="N", help="one of N tests, from every file, always the same"
    )


def pytest_collection_modifyitems(config, items):
    share = config.getoption("--every")
    out = [item for item in items if zlib.crc32(item.nodeid.encode()) % share]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if not zlib.crc32(item.nodeid.encode()) % share]
