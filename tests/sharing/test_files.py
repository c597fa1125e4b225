"""Shared files: what is written, what survives damage, and what is refused."""

import random
from itertools import combinations

import pytest

from polyquant.errors import (
    CorruptError,
    DataError,
    DuplicateShareError,
    InconsistentSharesError,
    MixedSharesError,
    NotEnoughSharesError,
)
from polyquant.sharing import Share, _layout, container, files

BLOCK = 4096


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Several blocks in a small file."""
    monkeypatch.setattr(_layout, "LARGEST_BLOCK", BLOCK)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes(random.Random(1).randbytes(2 * BLOCK + 777))
    return path


def recovered(paths, folder):
    output = folder / "recovered"
    report = files.combine(paths, output, force=True)
    return output.read_bytes(), report.damaged


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def forge(path, index):
    """Change a bit of the value in block *index* and make its checksum right again."""
    with path.open("r+b") as file:
        layout, t = _layout.read_share_header(file)
        start = file.tell() + index * layout.container_bytes(0, t)
        file.seek(start)
        share = _layout.read_block(file, layout, index, t)
        forged = Share(t, share.k, share.ell, share.code, share.size, share.value ^ 1, share.set_id)
        file.seek(start)
        file.write(container.to_bytes(forged))


@pytest.mark.parametrize("size", [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_any_k_shares_give_the_file(tmp_path, size):
    path = tmp_path / "x"
    path.write_bytes(random.Random(size).randbytes(size))
    shares = files.split(path, 3, [1, 2, 77, 10**12])
    for group in combinations(shares, 3):
        assert recovered(group, tmp_path) == (path.read_bytes(), {})
    assert recovered(shares, tmp_path) == (path.read_bytes(), {})


@pytest.mark.parametrize("code", ["gamma", "delta", "omega"])
def test_every_code(tmp_path, secret, code):
    shares = files.split(secret, 2, [1, 6, 2**63 - 1], code=code)
    assert recovered(shares[1:], tmp_path) == (secret.read_bytes(), {})


def test_names_and_places(tmp_path, secret):
    folder = tmp_path / "shares"
    folder.mkdir()
    shares = files.split(secret, 2, [1, 5], folder=folder)
    assert shares == [folder / "letter.txt.1.pqss", folder / "letter.txt.5.pqss"]
    assert sorted(folder.iterdir()) == sorted(shares)
    report = files.combine(shares)
    assert report.path == folder / "letter.txt"
    assert report.size == secret.stat().st_size
    assert report.path.read_bytes() == secret.read_bytes()


def test_only_the_owner_may_read_what_is_written(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2], state=tmp_path / "dealer")
    for path in [*shares, tmp_path / "dealer"]:
        assert path.stat().st_mode & 0o077 == 0


def test_a_share_is_hardly_larger_than_the_file(secret):
    (share, _) = files.split(secret, 2, [1, 2**40])
    blocks = 3
    assert share.stat().st_size - secret.stat().st_size < 40 * (blocks + 1)


# Further parties -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seeded", [False, True])
def test_later_parties_join_the_old_ones(tmp_path, secret, seeded):
    state = tmp_path / "letter.txt.dealer"
    old = files.split(secret, 3, [1, 2], state=state, seeded=seeded)
    source = secret if seeded else None
    (new,) = files.add_parties(state, [9], source=source)
    assert new == tmp_path / "letter.txt.9.pqss"
    (last,) = files.add_parties(state, [2**63 - 1], source=source)
    for group in combinations([*old, new, last], 3):
        assert recovered(group, tmp_path) == (secret.read_bytes(), {})
    assert recovered([*old, new, last], tmp_path) == (secret.read_bytes(), {})


@pytest.mark.parametrize("seeded", [False, True])
def test_a_party_that_comes_twice_gets_the_same_share(tmp_path, secret, seeded):
    state, folder = tmp_path / "letter.txt.dealer", tmp_path / "again"
    folder.mkdir()
    (share, _) = files.split(secret, 2, [4, 5], state=state, seeded=seeded)
    (again,) = files.add_parties(state, [4], source=secret if seeded else None, folder=folder)
    assert again.read_bytes() == share.read_bytes()


def test_the_dealer_is_never_written_again(tmp_path, secret):
    state = tmp_path / "d"
    files.split(secret, 2, [1], state=state)
    before = state.read_bytes(), state.stat().st_mtime_ns
    files.add_parties(state, [2, 2**63 - 1])
    assert (state.read_bytes(), state.stat().st_mtime_ns) == before


def test_the_dealer_has_its_name_before_the_first_share(tmp_path, secret, monkeypatch):
    order = []
    rename = files.Outputs._rename
    monkeypatch.setattr(
        files.Outputs, "_rename", lambda self, part, path: (order.append(path.name), rename(self, part, path))
    )
    files.split(secret, 2, [1, 2], state=tmp_path / "d")
    assert order == ["d", "letter.txt.1.pqss", "letter.txt.2.pqss"]


def test_a_seeded_dealer_is_small_and_holds_no_secret(tmp_path, secret):
    state = tmp_path / "d"
    files.split(secret, 2, [1], state=state, seeded=True)
    assert state.stat().st_size < 150
    with pytest.raises(ValueError, match="the shared file is needed again"):
        files.add_parties(state, [2])


@pytest.mark.parametrize("change", [lambda data: data + b"x", lambda data: data[:-1] + b"\0"])
def test_a_seeded_dealer_refuses_another_file(tmp_path, secret, change):
    state = tmp_path / "d"
    files.split(secret, 2, [1], state=state, seeded=True)
    secret.write_bytes(change(secret.read_bytes()))
    with pytest.raises(DataError, match="is not the file that was shared"):
        files.add_parties(state, [2], source=secret)
    assert not list(tmp_path.glob("*.2.pqss"))


def test_a_damaged_dealer_writes_no_share(tmp_path, secret):
    state = tmp_path / "d"
    files.split(secret, 2, [1], state=state)
    flip(state, -5000)
    with pytest.raises(CorruptError, match="block 2 of the dealer"):
        files.add_parties(state, [2])
    assert not list(tmp_path.glob("*.2.pqss"))
    assert not list(tmp_path.glob(".*"))


def test_two_dealings_do_not_mix(tmp_path, secret):
    one = files.split(secret, 2, [1, 2])
    two = files.split(secret, 2, [3, 4])
    with pytest.raises(MixedSharesError, match=r"letter.txt.3.pqss is a share of another file, or of another dealing"):
        recovered([one[0], two[0]], tmp_path)


# Damage ----------------------------------------------------------------------------------------------------------


def test_shares_with_damage_in_different_blocks_make_up_for_each_other(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2, 3])
    flip(shares[0], 1000)
    flip(shares[1], 1000 + BLOCK)
    flip(shares[2], 500 + 2 * BLOCK)
    data, damaged = recovered(shares, tmp_path)
    assert data == secret.read_bytes()
    assert set(damaged) == set(shares)
    assert [damaged[path][0].partition(":")[0] for path in shares] == [f"block {i} of 3" for i in (1, 2, 3)]


def test_every_kind_of_damage_is_survived_and_named(tmp_path, secret):
    shares = files.split(secret, 2, range(1, 8))
    flip(shares[0], 3)  # magic
    flip(shares[1], 20)  # header
    shares[2].write_bytes(shares[2].read_bytes()[:-1])
    shares[3].write_bytes(shares[3].read_bytes() + b"\0")
    shares[4].write_bytes(b"")
    data, damaged = recovered(shares, tmp_path)
    assert data == secret.read_bytes()
    words = [
        "does not begin with PQSF",
        "header",
        "block 3 of 3: the file ends 1 bytes early",
        "left over",
        "not begin",
    ]
    assert set(damaged) == set(shares[:5])
    for path, word in zip(shares, words):
        assert word in damaged[path][0]


def test_too_much_damage_names_block_and_files_and_writes_nothing(tmp_path, secret):
    shares = files.split(secret, 3, [1, 2, 3])
    flip(shares[1], 1000 + BLOCK)
    output = tmp_path / "out"
    with pytest.raises(NotEnoughSharesError) as caught:
        files.combine(shares, output)
    assert "block 2 of 3: 3 sound shares are needed, got 2" in str(caught.value)
    assert f"{shares[1]}: block 2 of 3: the checksum is wrong" in str(caught.value)
    assert not output.exists()
    assert not list(tmp_path.glob(".*"))


def test_a_block_in_the_wrong_place_is_damage(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2, 3])
    data = shares[0].read_bytes()
    with shares[0].open("rb") as file:
        layout, t = _layout.read_share_header(file)
        start, size = file.tell(), layout.container_bytes(0, t)
    swapped = data[start + size : start + 2 * size] + data[start : start + size]
    shares[0].write_bytes(data[:start] + swapped + data[start + 2 * size :])
    content, damaged = recovered(shares, tmp_path)
    assert content == secret.read_bytes()
    assert damaged == {shares[0]: ("block 1 of 3: it belongs to another place", 2)}


def test_a_forged_share_is_outvoted(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2, 3, 4])
    forge(shares[2], 1)
    content, damaged = recovered(shares, tmp_path)
    assert content == secret.read_bytes()
    assert list(damaged) == [shares[2]]
    assert "block 2 of 3: it contradicts the other shares" in damaged[shares[2]][0]


def test_a_contradiction_that_cannot_be_settled_is_refused(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2, 3])
    forge(shares[2], 1)
    with pytest.raises(InconsistentSharesError, match=r"block 2 of 3: .* contradict each other .* 4 shares would tell"):
        recovered(shares, tmp_path)


def test_two_files_of_one_party_are_refused(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2])
    copy = tmp_path / "copy"
    copy.write_bytes(shares[0].read_bytes())
    with pytest.raises(DuplicateShareError, match="are both shares of party 1"):
        recovered([*shares, copy], tmp_path)


def test_too_few_shares(tmp_path, secret):
    shares = files.split(secret, 3, [1, 2, 3])
    with pytest.raises(NotEnoughSharesError, match="3 shares are needed, got 2"):
        recovered(shares[:2], tmp_path)
    with pytest.raises(NotEnoughSharesError, match=r"got 0\n.*letter.txt: this is not a share of a file"):
        recovered([secret], tmp_path)


# Refusals --------------------------------------------------------------------------------------------------------


def test_nothing_is_overwritten_without_force(tmp_path, secret):
    shares = files.split(secret, 2, [1, 2], state=tmp_path / "d")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(FileExistsError, match=r"letter.txt.2.pqss exists"):
        files.split(secret, 2, [2, 3])
    with pytest.raises(FileExistsError, match="d exists"):
        files.split(secret, 2, [5, 6], state=tmp_path / "d")
    with pytest.raises(FileExistsError, match=r"letter.txt exists"):
        files.combine(shares)
    with pytest.raises(FileExistsError, match="exists"):
        files.add_parties(tmp_path / "d", [3, 1], folder=tmp_path, source=secret)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    files.split(secret, 2, [2, 3], force=True)
    assert (tmp_path / "letter.txt.2.pqss").read_bytes() != before[shares[1]]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path, secret):
    late = tmp_path / "letter.txt.2.pqss"
    with pytest.raises(FileExistsError, match=r"letter.txt.2.pqss exists"):
        files.split(secret, 2, [1, 2], progress=lambda done, total: late.write_bytes(b"mine"))
    assert late.read_bytes() == b"mine"
    assert not list(tmp_path.glob(".*"))


def test_an_interruption_leaves_nothing_behind(tmp_path, secret):
    def interrupt(done, total):
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        files.split(secret, 2, [1, 2], state=tmp_path / "d", progress=interrupt)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("change", "words"), [(b"more", "longer"), (None, "shorter")])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, secret, change, words):
    def alter(done, total):
        with secret.open("r+b") as file:
            if change:
                file.seek(0, 2)
                file.write(change)
            else:
                file.truncate(BLOCK + 1)

    with pytest.raises(DataError, match=f"became {words} while it was read"):
        files.split(secret, 2, [1, 2], progress=alter)
    assert not list(tmp_path.glob("*.pqss"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"k": 1}, "k must be at least 2, got 1"),
        ({"k": 4}, "k must be at most the number of parties, 3, unless a dealer is kept, got 4"),
        ({"k": 1025, "state": "d"}, "k must be at most 1024, got 1025"),
        ({"parties": []}, "number of parties at once must be at least 1, got 0"),
        ({"parties": range(1, 300)}, "number of parties at once must be at most 256, got 299"),
        ({"parties": [0, 1]}, "party must be at least 1, got 0"),
        ({"parties": [1, 2, 1]}, "party 1 is named twice"),
        ({"code": "unary"}, "code must be one of 'gamma', 'delta', 'omega', got 'unary'"),
        ({"seeded": True}, "seeded is of use only when a dealer is kept"),
    ],
)
def test_wrong_arguments_are_named(tmp_path, secret, arguments, words):
    arguments = {"k": 2, "parties": [1, 2, 3]} | arguments
    if "state" in arguments:
        arguments["state"] = tmp_path / arguments["state"]
    with pytest.raises(ValueError, match=words):
        files.split(secret, **arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty"
    path.touch()
    with pytest.raises(ValueError, match="must have at least 1 byte"):
        files.split(path, 2, [1, 2])


def test_progress_ends_at_the_whole_size(secret):
    seen = []
    files.split(secret, 2, [1, 2], progress=lambda done, total: seen.append((done, total)))
    size = secret.stat().st_size
    assert seen == [(BLOCK, size), (2 * BLOCK, size), (size, size)]


def test_blocks_shrink_when_the_parties_are_many(monkeypatch):
    monkeypatch.setattr(_layout, "LARGEST_BLOCK", 1 << 18)
    for k, n in [(2, 2), (3, 5), (5, 11), (5, 12), (100, 256), (255, 256)]:
        size = _layout.block_bytes(k, n)
        assert size & (size - 1) == 0
        assert (k + n) * size <= 1 << 21
    assert _layout.block_bytes(3, 5) == 1 << 18
    assert _layout.block_bytes(1024, 256) == 1 << 12
