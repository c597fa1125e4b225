"""rANS for bytes: the layout written by hand, all sizes, both compiled ways, hostile chunks with a right checksum."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyquant import _kernel
from polyquant.bits import Bits, unwrap, wrap
from polyquant.datasets import alice
from polyquant.entropy import normalize, streams
from polyquant.entropy._kernels import streams as kernels
from polyquant.entropy._kernels import wide
from polyquant.entropy.rans import gains
from polyquant.errors import CorruptError, DataError, TruncatedError

TEXT = b"she sells sea shells by the sea shore, the shells she sells are sea shells for sure. " * 3
MODES = [True] if wide.MODE else [True, None]
PAGES = {
    "one": bytes(3000),
    "two": bytes(np.random.default_rng(0).choice([7, 200], 3000, p=[0.999, 0.001]).astype(np.uint8)),
    "half a bell": np.abs(np.random.default_rng(1).normal(0, 9, 5000)).astype(np.uint8).tobytes(),
    "all": np.random.default_rng(2).integers(0, 256, 3000, np.uint8).tobytes(),
    "all, one often": np.append(np.arange(256), np.zeros(4000)).astype(np.uint8).tobytes(),
}


def by_hand(symbols, scale, most):
    """A chunk as docs/formats.md says, with Python's numbers and strings of bits."""
    used = sorted(set(symbols))
    if len(used) == 1:
        return bytes([1, used[0]])
    shares = normalize([symbols.count(s) for s in range(256)], scale).tolist()
    ways = 1
    while ways * 2 <= most and ways * 2 * 1024 <= len(symbols):
        ways *= 2
    states, words = [2**16] * ways, []
    for i in reversed(range(len(symbols))):
        s, x = symbols[i], states[i % ways]
        if x >= shares[s] << (32 - scale):
            words.insert(0, x % 2**16)
            x //= 2**16
        states[i % ways] = (x // shares[s]) * 2**scale + x % shares[s] + sum(shares[:s])
    occurs = "".join(str(int(s in used)) for s in range(256))
    table = "".join(f"{shares[s] - 1:0{scale}b}" for s in used[:-1])
    coded = b"".join(
        [
            bytes([2]),
            Bits.from_text(occurs).data,
            Bits.from_text(table).data,
            *(x.to_bytes(4, "little") for x in states),
            *(w.to_bytes(2, "little") for w in words),
        ]
    )
    return coded if len(coded) <= len(symbols) else bytes([0]) + symbols


def parts(data):
    header, payload = unwrap(data, b"RANS")
    return bytearray(header), bytearray(payload.data)


def whole(header, payload):
    """A file with a right checksum, whatever is in it."""
    return wrap(b"RANS", bytes(header), Bits(bytes(payload), 8 * len(payload)))


@pytest.mark.parametrize("scale", [8, 11, 12])
@pytest.mark.parametrize("ways", [1, 4, 64])
@pytest.mark.parametrize("page", [TEXT * 9, b"ab", b"a" * 9, bytes(range(256)), PAGES["two"]])
def test_chunks_are_written_as_the_layout_says(page, ways, scale):
    header, payload = parts(streams.compress(page, scale_bits=scale, ways=ways))
    chunk = by_hand(page, scale, ways)
    assert header == bytes([1, scale, ways]) + len(page).to_bytes(8, "little") + (2**18).to_bytes(4, "little")
    assert payload == len(chunk).to_bytes(4, "little") + chunk


@pytest.mark.parametrize("page", sorted(PAGES))
@pytest.mark.parametrize("chunk", [256, 2**18])
def test_pages_come_back(page, chunk):
    data = streams.compress(PAGES[page], chunk=chunk)
    assert streams.decompress(data) == PAGES[page]
    assert streams.compress(PAGES[page], chunk=chunk, threads=3) == data
    assert streams.decompress(data, threads=3) == PAGES[page]


@pytest.mark.parametrize("n", [0, 1, 2, 63, 64, 65, 127, 255, 256, 257, 511, 512, 513, 1000])
def test_all_sizes_come_back(n):
    page = (TEXT * 4)[:n]
    for ways in (1, 64):
        assert streams.decompress(streams.compress(page, chunk=256, ways=ways)) == page


@pytest.mark.once
@pytest.mark.parametrize("n", [2**16 - 1, 2**16, 2**16 + 1, 2**16 + 63, 2**16 + 64, 2**16 + 100])
def test_sizes_round_a_whole_turn_of_all_states_come_back(n):
    page = np.random.default_rng(n).geometric(0.1, n).astype(np.uint8).tobytes()
    assert streams.decompress(streams.compress(page)) == page


@given(st.binary(max_size=400), st.sampled_from([8, 9, 12]), st.sampled_from([1, 2, 64]))
def test_any_bytes_come_back(page, scale, ways):
    assert streams.decompress(streams.compress(page, scale_bits=scale, ways=ways, chunk=256)) == page


@pytest.mark.once
def test_text_costs_the_entropy_of_its_letters():
    page = alice().encode()
    p = np.bincount(np.frombuffer(page, np.uint8)) / len(page)
    entropy = -(p[p > 0] * np.log2(p[p > 0])).sum() * len(page) / 8
    assert entropy < len(streams.compress(page)) < 1.005 * entropy + 500


def test_what_cannot_shrink_grows_by_little():
    page = PAGES["all"]
    assert len(streams.compress(page)) == len(page) + 21 + 15 + 4 + 1


@pytest.mark.skipif(len(MODES) < 2, reason="this processor has only one way")
@pytest.mark.parametrize("page", sorted(PAGES))
@pytest.mark.parametrize("scale", [8, 12])
def test_both_compiled_ways_write_and_read_the_same(page, scale):
    symbols = np.frombuffer(PAGES[page] * (1 + 2**17 // len(PAGES[page])), np.uint8)
    written = []
    for mode in MODES:
        out = np.empty(2 * symbols.size + streams.SPARE, np.uint8)
        written.append(out[kernels.encode(symbols, scale, 64, gains(scale), out, mode) :].tobytes())
        area = np.frombuffer(written[-1], np.uint8), 0, len(written[-1])
        back = np.empty(symbols.size, np.uint8)
        assert kernels.decode(*area, scale, 64, back, 0, symbols.size, mode) == kernels.DONE
        assert (back == symbols).all()
    assert written[0] == written[1]


ASK = """
import zlib
import numpy as np
from polyquant.entropy import streams
from polyquant.entropy._kernels import wide

page = np.random.default_rng(0).geometric(0.2, 100_000).astype(np.uint8).tobytes()
data = streams.compress(page)
assert streams.decompress(data) == page
print(wide.HAVE_WIDE, zlib.crc32(data))
"""


@pytest.mark.slow
@pytest.mark.skipif(_kernel.FOLDER is None, reason="needs the compiler")
def test_a_generic_processor_writes_the_same(tmp_path):
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_CPU")}
    said = []
    for more in ({}, generic):
        done = subprocess.run([sys.executable, "-c", ASK], env={**clean, **more}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.split())
    assert said[1][0] == "False"
    assert said[0][1] == said[1][1]


def test_the_histogram_counts():
    for n in (0, 1, 7, 1000):
        symbols = np.random.default_rng(n).integers(0, 256, n, np.uint8)
        symbols.flags.writeable = False
        assert kernels.histogram(symbols).tolist() == np.bincount(symbols, minlength=256).tolist()


# damage


@pytest.mark.parametrize(
    ("at", "bad", "message"),
    [
        (0, [2], "version 2"),
        (1, [7], "scale must be 8 to 12 bits, got 7"),
        (1, [13], "got 13"),
        (2, [0], "power of two"),
        (2, [3], "power of two"),
        (2, [128], "power of two"),
        (3, [255] * 8, "chunks need at least"),
        (3, [0] * 8, "must end at byte"),
        (11, [255, 0, 0, 0], "chunk must be 256"),
        (11, [1, 0, 16, 0], "chunk must be 256 to 1048576 bytes, got 1048577"),
    ],
)
def test_headers_that_lie_are_refused(at, bad, message):
    header, payload = parts(streams.compress(TEXT))
    header[at : at + len(bad)] = bytes(bad)
    with pytest.raises(DataError, match=message):
        streams.decompress(whole(header, payload))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p[:-2], "must end at byte"),
        (lambda p: p[:4] + bytes([3]) + p[5:], "no way of writing"),
        (lambda p: p[:5] + bytes(32) + p[37:], "shares do not fill"),
        (lambda p: p[:5] + bytes([255] * 32) + p[37:], "shares do not fill|ends early"),
        (lambda p: (len(p) - 2).to_bytes(4, "little") + p[4:] + b"\0\0", "bytes are left over"),
        (lambda p: (len(p) - 6).to_bytes(4, "little") + p[4:-2], "ends early"),
        (lambda p: (0).to_bytes(4, "little"), "chunks need at least 6"),
    ],
)
def test_chunks_that_lie_are_refused(change, message):
    header, payload = parts(streams.compress(TEXT))
    with pytest.raises(DataError, match=message):
        streams.decompress(whole(header, change(bytes(payload))))


def test_the_number_of_a_bad_chunk_is_told():
    header, payload = parts(streams.compress(TEXT * 4, chunk=256))
    payload[4 * 4 + payload[0] + 256 * payload[1]] = 9  # how the second chunk is written
    with pytest.raises(CorruptError, match="chunk 1 of 4: no way of writing"):
        streams.decompress(whole(header, payload))


@pytest.mark.once
@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_written_outside_of_the_chunk(mode):
    """Hostile chunks, of which no checksum warns: whatever they say, the bytes round the output stay."""
    random = np.random.default_rng(3)
    page = np.frombuffer(PAGES["half a bell"] * 14, np.uint8)[:66_000]
    out = np.empty(2 * page.size + streams.SPARE, np.uint8)
    good = out[kernels.encode(page, 12, 64, gains(12), out, mode) :].copy()
    heads = [*range(120), *random.integers(120, good.size, 30).tolist()]
    for at in heads[:: 1 if mode is None else 10]:
        bad = good.copy()
        bad[at] ^= 1 << int(random.integers(8))
        bad.flags.writeable = False
        area = np.full(page.size + 200, 0xA5, np.uint8)
        status = kernels.decode(bad, 0, bad.size, 12, 64, area, 100, page.size, mode)
        assert (area[:100] == 0xA5).all()
        assert (area[-100:] == 0xA5).all()
        assert status != kernels.DONE


def test_a_flip_behind_a_right_checksum_is_an_error_or_another_page():
    header, payload = parts(streams.compress(TEXT, ways=4, chunk=256))
    refused = 0
    bits = range(0, 8 * len(payload), 7)
    for bit in bits:
        bent = bytearray(payload)
        bent[bit // 8] ^= 1 << bit % 8
        try:
            page = streams.decompress(whole(header, bent))
        except DataError:
            refused += 1
            continue
        assert len(page) == len(TEXT)
        assert streams.decompress(streams.compress(page)) == page
    assert refused > 0.95 * len(bits)


def test_wrong_arguments_are_named():
    for wrong in (np.zeros(3), "text", 5, None, memoryview(b"abcdef")[::2]):
        with pytest.raises((TypeError, ValueError), match="data must be"):
            streams.compress(wrong)
    with pytest.raises(ValueError, match="scale_bits must be at least 8, got 7"):
        streams.compress(b"", scale_bits=7)
    with pytest.raises(ValueError, match="ways must be a power of two, got 3"):
        streams.compress(b"", ways=3)
    with pytest.raises(ValueError, match="chunk must be at most 1048576"):
        streams.compress(b"", chunk=2**21)
    with pytest.raises(TruncatedError):
        streams.decompress(b"")


def test_all_kinds_of_bytes_are_taken():
    data = streams.compress(TEXT)
    for page in (bytearray(TEXT), memoryview(TEXT), np.frombuffer(TEXT, np.uint8), np.array(list(TEXT), np.uint8)):
        assert streams.compress(page) == data
    for kind in (bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8)):
        assert streams.decompress(kind(data)) == TEXT
