"""Keys: made once, never overwritten, never shown."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from okienko.keys import Keys, WrongKey

KEYS = Keys(operator=bytes(range(32)), index=bytes(range(32, 64)))


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "the keys"
    first = Keys.open(folder)
    assert Keys.open(folder) == first
    assert first.operator != first.index
    assert sorted(path.name for path in folder.iterdir()) == ["index.key", "operator.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(Keys.open, [tmp_path / "keys"] * 16))
    assert len({(keys.operator, keys.index) for keys in opened}) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 2


@pytest.mark.parametrize("size", [0, 16, 31, 33])
@pytest.mark.parametrize("name", ["operator.key", "index.key"])
def test_a_key_of_another_size_is_refused_and_kept(tmp_path: Path, name: str, size: int) -> None:
    Keys.open(tmp_path)
    (tmp_path / name).write_bytes(b"x" * size)
    with pytest.raises(WrongKey, match=name):
        Keys.open(tmp_path)
    assert (tmp_path / name).read_bytes() == b"x" * size


def test_a_lost_index_key_is_not_replaced(tmp_path: Path) -> None:
    Keys.open(tmp_path)
    (tmp_path / "index.key").unlink()
    with pytest.raises(WrongKey, match=r"index\.key is missing"):
        Keys.open(tmp_path)
    assert not (tmp_path / "index.key").exists()


def test_a_new_operator_key_shows_in_its_id(tmp_path: Path) -> None:
    before = Keys.open(tmp_path).key_id
    (tmp_path / "operator.key").unlink()
    assert Keys.open(tmp_path).key_id != before


def test_keys_do_not_show() -> None:
    assert repr(KEYS) == "Keys()"
    assert KEYS.operator.hex()[:8] not in KEYS.key_id


def test_lookups_join_equal_values_of_one_kind_only() -> None:
    assert KEYS.lookup("EMAIL_ADDRESS", "a@b.example") == KEYS.lookup("EMAIL_ADDRESS", "a@b.example")
    others = {
        KEYS.lookup("EMAIL_ADDRESS", "a@b.example"),
        KEYS.lookup("EMAIL_ADDRESS", "b@b.example"),
        KEYS.lookup("PHONE_NUMBER", "a@b.example"),
        Keys(operator=KEYS.operator, index=KEYS.operator).lookup("EMAIL_ADDRESS", "a@b.example"),
        KEYS.token("EMAIL_ADDRESS", b"a@b.example"),
    }
    assert len(others) == 5
    assert all(len(lookup) == 32 for lookup in others)


def test_a_wrapped_key_opens_for_its_person_only() -> None:
    person_key = b"k" * 32
    wrapped = KEYS.wrap(person_key, b"brand and person")
    assert person_key not in wrapped
    assert KEYS.unwrap(wrapped, b"brand and person") == person_key
    assert KEYS.wrap(person_key, b"brand and person") != wrapped


@pytest.mark.parametrize("size", [0, 5, 12, 28, 59])
def test_a_part_of_a_wrapped_key_does_not_open(size: int) -> None:
    with pytest.raises(WrongKey):
        KEYS.unwrap(KEYS.wrap(b"k" * 32, b"person")[:size], b"person")


@pytest.mark.parametrize("place", [0, 11, 12, 43, 44, 59])
def test_a_wrapped_key_that_was_touched_does_not_open(place: int) -> None:
    wrapped = bytearray(KEYS.wrap(b"k" * 32, b"person"))
    wrapped[place] ^= 1
    with pytest.raises(WrongKey) as refused:
        KEYS.unwrap(bytes(wrapped), b"person")
    assert refused.value.__suppress_context__


def test_a_wrapped_key_needs_its_person() -> None:
    with pytest.raises(WrongKey):
        KEYS.unwrap(KEYS.wrap(b"k" * 32, b"person"), b"another person")


def test_a_wrapped_key_needs_its_operator() -> None:
    other = Keys(operator=b"o" * 32, index=KEYS.index)
    with pytest.raises(WrongKey):
        other.unwrap(KEYS.wrap(b"k" * 32, b"person"), b"person")
