"""Models on the disk. Their .safetensors files are written by hand here and read by the library of that name."""

import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

import polyquant
from polyquant.errors import CorruptError, DataError
from polyquant.prefix import dfloat, from_bfloat16, modelfile, to_bfloat16
from polyquant.prefix._modelfile_layout import ENTRY, FIXED, read
from polyquant.prefix.modelfile import ModelFile, compress_file, decompress_file
from tests.prefix.models import EACH_KIND, mixed, model_file, read_model_file, safetensors, weights, words

library = pytest.importorskip("safetensors")
ROOT = Path(polyquant.__file__).parent.parent
NUMPY = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I64": "<i8", "BOOL": "?", "U8": "u1", "C64": "<c8", "BF16": "<u2"}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def packed(data, **options):
    """*data* through a compressed model and back; the model."""
    Path("a.safetensors").write_bytes(data)
    model = compress_file("a.safetensors", "a.pqmf", force=True, **options)
    decompress_file("a.pqmf", "b.safetensors", force=True)
    return model


@pytest.mark.parametrize(
    "data",
    [
        safetensors(mixed()),
        safetensors(mixed(), metadata={"format": "pt", "note": "\u2126 \\ \""}, indent=3, pad=5),
        safetensors(sorted(mixed(), reverse=True)),
        safetensors([]),
        safetensors([], metadata={"a": "b"}),
        safetensors([("nothing", "F32", (0,), b"")]),
    ],
)  # fmt: skip
def test_the_same_bytes_come_back(here, data):
    model = packed(data)
    assert Path("b.safetensors").read_bytes() == data
    assert (model.size, model.stored) == (len(data), Path("a.pqmf").stat().st_size)
    assert not model.rounded


def test_what_the_library_writes_comes_back(here):
    from safetensors.numpy import save

    tensors = {"w": weights((30, 7)), "i": np.arange(9), "b": np.array([True, False])}
    data = save(tensors, metadata={"k": "v"})
    model = packed(data)
    assert Path("b.safetensors").read_bytes() == data
    for name, tensor in tensors.items():
        found = model.read(name)
        assert found.dtype == tensor.dtype
        assert np.array_equal(found, tensor)


def test_each_tensor_can_be_read_alone(here):
    model = packed(safetensors(mixed()))
    assert model.names == tuple(name for name, *_ in mixed())
    for name, dtype, shape, data in mixed():
        array = model.read(name)
        assert array.tobytes() == data
        if dtype in NUMPY:
            assert (array.shape, array.dtype) == (shape, np.dtype(NUMPY[dtype]))
        part = model.inspect(name)
        assert (part.name, part.dtype, part.shape, part.size) == (name, dtype, shape, len(data))
        assert part.stored <= part.size
    kinds = {name: model.inspect(name).kind for name in ("weights", "positions", "scalar")}
    assert kinds == {"weights": "dfloat", "positions": "planes", "scalar": "raw"}


@pytest.mark.once
def test_every_bfloat16_pattern_survives(here):
    every = np.random.default_rng(1).permutation(2**16).astype(np.uint16)
    model = packed(safetensors([("all", "BF16", (256, 256), every.tobytes())]))
    assert np.array_equal(model.read("all"), every.reshape(256, 256))
    assert Path("b.safetensors").read_bytes() == Path("a.safetensors").read_bytes()


def test_a_damaged_tensor_does_not_hurt_the_others(here):
    model = packed(safetensors(mixed()))
    data = bytearray(Path("a.pqmf").read_bytes())
    data[-1] ^= 1  # in the last tensor
    data[model._places["weights"][2] + 300] ^= 8
    Path("c.pqmf").write_bytes(data)
    hurt = ModelFile("c.pqmf")
    for name, _, _, plain in mixed():
        if name in ("weights", "complex"):
            with pytest.raises(DataError, match=f"tensor '{name}'"):
                hurt.read(name)
        else:
            assert hurt.read(name).tobytes() == plain
    with pytest.raises(DataError, match="tensor 'weights'"):
        decompress_file("c.pqmf", "c.safetensors")
    assert not list(here.glob("*c.safetensors*"))


@pytest.mark.slow
@pytest.mark.once
def test_every_flipped_bit_in_a_tensor_of_each_kind_is_noticed():
    data = model_file(EACH_KIND)
    index, start = read(io.BytesIO(data), len(data))
    assert sorted(stored.kind for stored in index.stored) == [0, 1, 2]
    assert read_model_file(data) == safetensors(EACH_KIND)
    for bit in range(8 * start, 8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DataError, match=r"tensor '[wpb]'"):
            read_model_file(bytes(damaged))


def test_rounding_is_asked_for_and_told(here):
    tensors = mixed()
    model = packed(safetensors(tensors, metadata={"format": "pt"}), rounded=True)
    assert model.rounded
    with library.safe_open("b.safetensors", "np") as file:
        assert file.metadata() == {"format": "pt"}
        types = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
    assert types == {name: "BF16" if dtype == "F32" else dtype for name, dtype, *_ in tensors}
    for name, dtype, shape, data in tensors:
        plain = data
        if dtype == "F32":
            plain = to_bfloat16(np.frombuffer(data, "<f4").reshape(shape)).tobytes()
        assert model.read(name).tobytes() == plain
    assert abs(from_bfloat16(model.read("float")) / weights((30, 20)) - 1).max() <= 2**-8


@pytest.mark.once
def test_threads_change_no_byte(here):
    data = safetensors([("w", "BF16", (300, 500), words((300, 500)).tobytes())])
    packed(data, threads=1)
    one = Path("a.pqmf").read_bytes()
    packed(data, threads=3)
    assert Path("a.pqmf").read_bytes() == one
    assert decompress_file("a.pqmf", "c", threads=2).read_bytes() == data


def test_progress_ends_at_the_whole_file(here):
    data, said = safetensors(mixed()), []
    packed(data, progress=lambda *numbers: said.append(numbers))
    assert said[-1] == (len(data), len(data))
    assert said == sorted(said)
    assert len(said) == len(mixed())
    back = []
    decompress_file("a.pqmf", "c", progress=lambda *numbers: back.append(numbers))
    assert back == said


def test_an_existing_file_is_kept_unless_forced(here):
    packed(safetensors(mixed()))
    Path("x").write_bytes(b"mine")
    for work, source in ((compress_file, "a.safetensors"), (decompress_file, "a.pqmf")):
        with pytest.raises(FileExistsError, match="x exists"):
            work(source, "x")
        assert Path("x").read_bytes() == b"mine"
    assert decompress_file("a.pqmf", "x", force=True).read_bytes() == safetensors(mixed())


def test_the_new_file_may_be_read_by_whom_the_old_one_may(here):
    Path("a.safetensors").write_bytes(safetensors(mixed()))
    Path("a.safetensors").chmod(0o640)
    compress_file("a.safetensors", "a.pqmf")
    assert Path("a.pqmf").stat().st_mode & 0o777 == 0o640
    assert decompress_file("a.pqmf", "b").stat().st_mode & 0o777 == 0o640


def big(count=6, side=400):
    return safetensors([(f"t{i}", "BF16", (side, side), words((side, side), i).tobytes()) for i in range(count)])


def test_a_full_disk_leaves_the_old_file(here):
    Path("a.safetensors").write_bytes(safetensors([("n", "U8", (12_000,), os.urandom(12_000))]))
    compress_file("a.safetensors", "a.pqmf")
    for name in ("old.pqmf", "old.safetensors"):
        Path(name).write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, before[1]))
    try:
        for work, source, target in (
            (compress_file, "a.safetensors", "old.pqmf"),
            (decompress_file, "a.pqmf", "old.safetensors"),
        ):
            with pytest.raises(OSError, match="too large"):
                work(source, target, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Path("old.pqmf").read_bytes() == Path("old.safetensors").read_bytes() == b"old"
    assert sorted(p.name for p in here.iterdir()) == ["a.pqmf", "a.safetensors", "old.pqmf", "old.safetensors"]


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("way", ["compress_file", "decompress_file"])
def test_killed_half_way_the_old_file_is_intact(here, way):
    Path("a.safetensors").write_bytes(big())
    compress_file("a.safetensors", "a.pqmf")
    source, target = ("a.safetensors", "a.pqmf") if way == "compress_file" else ("a.pqmf", "a.safetensors")
    old = hashlib.sha256(Path(target).read_bytes()).digest()
    program = (
        "import os, signal\n"
        f"from polyquant.prefix.modelfile import {way}\n"
        "def die(done, total):\n"
        "    if 2 * done > total: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{way}({source!r}, {target!r}, force=True, progress=die)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL
    assert hashlib.sha256(Path(target).read_bytes()).digest() == old
    assert len(list(here.glob(".*.part"))) == 1  # what was written so far lies beside it


def test_an_error_on_the_way_leaves_nothing(here):
    Path("a.safetensors").write_bytes(safetensors(mixed()))

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compress_file("a.safetensors", "a.pqmf", progress=stop)
    assert [p.name for p in here.iterdir()] == ["a.safetensors"]


@pytest.mark.once
def test_memory_stays_near_one_tensor(here):
    side, count = 1000, 9
    Path("a.safetensors").write_bytes(big(count, side))
    compress_file("a.safetensors", "a.pqmf")  # compiles
    one = 2 * side * side
    peaks = []
    for work in (
        lambda: compress_file("a.safetensors", "a.pqmf", force=True),
        lambda: decompress_file("a.pqmf", "b"),
        lambda: ModelFile("a.pqmf").read("t3"),
    ):
        tracemalloc.start()
        work()
        peaks.append(tracemalloc.get_traced_memory()[1] / one)
        tracemalloc.stop()
    assert max(peaks) < 3.5  # tensor, container, and what making it takes
    assert len(Path("a.safetensors").read_bytes()) > 8.9 * one


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        bytes(8),
        (2**63).to_bytes(8, "little") + b"{}",
        safetensors([("a", "F32", (2,), bytes(4))]),
        safetensors([("a", "F32", (1,), bytes(4))])[:-1],
        safetensors([("a", "F32", (1,), bytes(4))]) + b"x",
        safetensors([("a", "F33", (1,), bytes(4))]),
    ],
)
def test_other_files_are_refused(here, data):
    Path("a").write_bytes(data)
    with pytest.raises(CorruptError, match="a is not a safetensors file"):
        compress_file("a", "b")
    assert [p.name for p in here.iterdir()] == ["a"]


def test_of_two_entries_with_one_name_the_last_counts(here):
    text = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}'
    data = len(text).to_bytes(8, "little") + text + b"x"
    assert packed(data).inspect("a").dtype == "I8"
    assert Path("b.safetensors").read_bytes() == data


def test_a_header_that_the_library_reads_otherwise_is_refused(here, monkeypatch):
    Path("a").write_bytes(safetensors(mixed()))
    real = library.safe_open

    def other(path, framework):
        Path("other").write_bytes(safetensors(mixed()[1:]))
        return real("other", framework)

    monkeypatch.setattr(library, "safe_open", other)
    with pytest.raises(CorruptError, match="in two ways"):
        compress_file("a", "b")


def test_without_the_library_the_message_says_what_to_install(here, monkeypatch):
    packed(safetensors(mixed()))
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install safetensors"):
        compress_file("a.safetensors", "c")
    assert decompress_file("a.pqmf", "c").read_bytes() == safetensors(mixed())  # needs no library


def test_an_unknown_tensor_is_a_wrong_argument(here):
    model = packed(safetensors(mixed()))
    for work in (model.read, model.inspect):
        with pytest.raises(ValueError, match="name must be one of 14 tensors, got 'nothing'"):
            work("nothing")
    assert repr(model).startswith("ModelFile('a.pqmf', 14 tensors, ")


# Files whose checksums are right and whose contents are not.


def forged(header, entries, parts, *, sizes=None, flags=0, packed=None):
    """A PQMF file from its pieces; entries are (kind, crc), parts the bytes of the tensors."""
    text = zlib.compress(header) if packed is None else packed
    body = FIXED.pack(b"PQMF", 1, flags, 0, len(header) if sizes is None else sizes, len(text), len(entries)) + text
    body += b"".join(ENTRY.pack(kind, bytes(3), crc, len(part)) for (kind, crc), part in zip(entries, parts))
    return body + zlib.crc32(body).to_bytes(4, "little") + b"".join(parts)


def header_of(*entries):
    data = safetensors(entries)
    return data[8 : 8 + int.from_bytes(data[:8], "little")]


ONE = header_of(("a", "U8", (4,), b"abcd"))
PAIR = header_of(("a", "BF16", (2,), b"abcd"))
CRC = zlib.crc32(b"abcd")
CONTAINER = dfloat.compress(np.frombuffer(b"abcd", "<u2"))
FORGED = {
    "no JSON": forged(b"[1, 2", [], []),
    "no object": forged(b"[]", [], []),
    "deep": forged(b"[" * 200_000, [], []),
    "a number too long": forged(b'{"a":' + b"1" * 5000 + b"}", [], []),
    "no UTF-8": forged(b'{"\xff": 1}', [], []),
    "a tensor without type": forged(b'{"a":{"shape":[4],"data_offsets":[0,4]}}', [(0, CRC)], [b"abcd"]),
    "half a character": forged(ONE.replace(b'"a"', b'"\\ud800"'), [(0, CRC)], [b"abcd"]),
    "a negative shape": forged(ONE.replace(b"[4]", b"[-4]"), [(0, CRC)], [b"abcd"]),
    "a boolean shape": forged(ONE.replace(b"[4]", b"[true]"), [(0, CRC)], [b"abcd"]),
    "a shape without end": forged(ONE.replace(b"[4]", b"[" + b"1," * 100 + b"4]"), [(0, CRC)], [b"abcd"]),
    "another size than the shape": forged(ONE.replace(b"[4]", b"[5]"), [(0, CRC)], [b"abcd"]),
    "shapes whose product passes 64 bits": forged(
        ONE.replace(b"[4]", b"[4294967296, 4294967296]"), [(0, CRC)], [b"abcd"]
    ),
    "a gap": forged(ONE.replace(b"[0, 4]", b"[1, 5]"), [(0, CRC)], [b"abcd"]),
    "backwards": forged(ONE.replace(b"[0, 4]", b"[4, 0]"), [(0, CRC)], [b"abcd"]),
    "offsets beyond 63 bits": forged(ONE.replace(b"[0, 4]", b"[0, 9223372036854775808]"), [(0, CRC)], [b"abcd"]),
    "too few tensors": forged(ONE, [], []),
    "too many tensors": forged(ONE, [(0, CRC), (0, 0)], [b"abcd", b""]),
    "an unknown kind": forged(ONE, [(3, CRC)], [b"abcd"]),
    "unknown flags": forged(ONE, [(0, CRC)], [b"abcd"], flags=2),
    "a wrong size of the header": forged(ONE, [(0, CRC)], [b"abcd"], sizes=len(ONE) + 1),
    "a header that unpacks to more": forged(ONE, [(0, CRC)], [b"abcd"], packed=zlib.compress(bytes(10**7))),
    "a header above the limit": forged(ONE, [(0, CRC)], [b"abcd"], sizes=2**32 - 1),
    "bytes behind the packed header": forged(ONE, [(0, CRC)], [b"abcd"], packed=zlib.compress(ONE) + b"x"),
    "a header that is not packed": forged(ONE, [(0, CRC)], [b"abcd"], packed=ONE),
    "fewer bytes": forged(ONE, [(0, zlib.crc32(b"abc"))], [b"abc"]),
    "more bytes": forged(ONE, [(0, zlib.crc32(b"abcde"))], [b"abcde"]),
    "other bytes": forged(ONE, [(0, CRC)], [b"abce"]),
    "a container for bytes": forged(ONE, [(1, CRC)], [CONTAINER]),
    "a container of another size": forged(PAIR.replace(b"[2]", b"[3]").replace(b"4]", b"6]"), [(1, CRC)], [CONTAINER]),
    "a container of another tensor": forged(PAIR, [(1, CRC)], [dfloat.compress(np.zeros(2, np.uint16))]),
    "no container": forged(PAIR, [(1, CRC)], [b"PQDF"]),
    "planes without sizes": forged(ONE, [(2, CRC)], [b""]),
    "planes that end early": forged(ONE, [(2, CRC)], [(5).to_bytes(8, "little") + b"abcd"]),
    "planes with a rest": forged(ONE, [(2, CRC)], [(4).to_bytes(8, "little") + b"abcdx"]),
    "a plane that is no stream": forged(ONE, [(2, CRC)], [(3).to_bytes(8, "little") + b"abc"]),
}


def test_what_is_forged_here_can_be_read_when_it_is_right(here):
    for entry, part in (((0, CRC), b"abcd"), ((2, CRC), (4).to_bytes(8, "little") + b"abcd")):
        Path("f").write_bytes(forged(ONE, [entry], [part]))
        assert ModelFile("f").read("a").tobytes() == b"abcd"
    Path("f").write_bytes(forged(PAIR, [(1, CRC)], [CONTAINER]))
    assert ModelFile("f").read("a").tobytes() == b"abcd"


@pytest.mark.parametrize("what", sorted(FORGED))
def test_hostile_files_with_right_checksums_are_refused(here, what):
    Path("f").write_bytes(FORGED[what])
    with pytest.raises(DataError):
        decompress_file("f", "g")
    assert [p.name for p in here.iterdir()] == ["f"]


def test_repaired_mutations_raise_or_give_what_they_say(here):
    """Any byte of the index changed, its checksum repaired: an error, or a file that its own header describes."""
    data = bytearray(forged(ONE, [(0, CRC)], [b"abcd"]))
    size = len(data) - 8
    passed = 0
    for at in range(size):
        for change in (1, 0x80, 0xFF):
            wrong = bytearray(data)
            wrong[at] ^= change
            wrong[size : size + 4] = zlib.crc32(wrong[:size]).to_bytes(4, "little")
            Path("f").write_bytes(wrong)
            try:
                decompress_file("f", "g", force=True)
            except DataError:
                continue
            passed += 1
            with library.safe_open("g", "np") as file:
                assert file.keys() == list(ModelFile("f").names)
    assert passed > 0  # the flag that says "rounded" may be anything


def test_the_public_names_are_listed():
    assert modelfile.__all__ == sorted(modelfile.__all__)
    assert read.__doc__
