"""Keys: made once, never overwritten, never shown."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from okienko.keys import Keys, Secrets, WrongKey, begin_rotation, end_rotation, find_retired

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


# a rotation --------------------------------------------------------------------------------------------------------


def test_at_every_moment_of_a_rotation_the_folder_opens_what_it_opened(tmp_path: Path) -> None:
    old = Keys.open(tmp_path)
    wrapped = old.wrap(b"k" * 32, b"person")
    new = begin_rotation(tmp_path)
    keys = Keys.open(tmp_path)
    assert keys.key_ids == (new, old.key_id)
    assert keys.index == old.index
    assert keys.unwrap(wrapped, b"person") == b"k" * 32
    assert begin_rotation(tmp_path) == new, "begun once"
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    end_rotation(tmp_path)
    assert Keys.open(tmp_path).key_ids == (new,)
    assert find_retired(tmp_path) == [old.key_id]
    with pytest.raises(WrongKey):
        Keys.open(tmp_path).unwrap(wrapped, b"person")


def test_a_rotation_that_was_stopped_before_the_new_key_had_its_name(tmp_path: Path) -> None:
    old = Keys.open(tmp_path)
    (tmp_path / f"operator-{old.key_id}.former.key").hardlink_to(tmp_path / "operator.key")
    assert Keys.open(tmp_path) == old
    assert begin_rotation(tmp_path) != old.key_id
    assert Keys.open(tmp_path).key_ids[1:] == (old.key_id,)


def test_a_running_process_looks_again_when_nothing_opens(tmp_path: Path) -> None:
    running = Keys.open(tmp_path)
    begin_rotation(tmp_path)
    new = Keys.open(tmp_path)
    assert running.unwrap(new.wrap(b"k" * 32, b"person"), b"person") == b"k" * 32
    assert running.key_ids == new.key_ids
    assert new.unwrap(running.wrap(b"k" * 32, b"person"), b"person") == b"k" * 32


def test_a_folder_that_went_away_is_a_wrong_key(tmp_path: Path) -> None:
    running = Keys.open(tmp_path / "keys")
    foreign = Keys(operator=b"o" * 32, index=running.index).wrap(b"k" * 32, b"person")
    for path in (tmp_path / "keys").iterdir():
        path.unlink()
    with pytest.raises(WrongKey):
        running.unwrap(foreign, b"person")


# a key service -----------------------------------------------------------------------------------------------------

A, B, C = ("0a" * 32, "0b" * 32, "0c" * 32)


def show(operator: object, index: str = B, **more: object) -> str:
    """What a command prints."""
    return json.dumps({"operator": operator, "index": index, **more})


def say(printed: str, *, status: int = 0, error: str = "") -> tuple[str, ...]:
    program = f"import sys; sys.stdout.write({printed!r}); sys.stderr.write({error!r}); sys.exit({status})"
    return (sys.executable, "-c", program)


def test_a_command_gives_the_keys() -> None:
    assert Keys.ask(say(show(A))) == Keys(operator=b"\n" * 32, index=b"\x0b" * 32)
    assert Keys.ask(say(show([A, C], more=1))) == Keys(operator=b"\n" * 32, former=(b"\x0c" * 32,), index=b"\x0b" * 32)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("/nowhere/keys-cli",), "is not there: write the whole path"),
        (("/",), "cannot be run"),
        (say(show(A), status=3, error="secret"), "ended with 3: run it by hand"),
        (say(""), "expected"),
        (say("secret"), "expected"),
        (say("[]"), "expected"),
        (say(show("secret")), "expected"),
        (say(show([])), "expected"),
        (say(show([7])), "expected"),
        (say(show(A[2:])), "expected"),
        (say(show(A, "secret")), "expected"),
    ],
)
def test_a_command_that_gives_no_keys_is_refused_without_its_words(command: tuple[str, ...], says: str) -> None:
    with pytest.raises(WrongKey) as refused:
        Keys.ask(command)
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "0a0a" not in str(refused.value)
    assert refused.value.__context__ is None, "no other error carries what was printed"


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    with pytest.raises(WrongKey):
        Keys.ask((f"true; touch {tmp_path / 'x'}",))
    assert not (tmp_path / "x").exists()


@pytest.mark.anyio
async def test_an_event_loop_goes_on_while_a_slow_command_is_asked_once_for_all() -> None:
    """The command does not end before the loop has done something else, and all who ask wait for the same answer."""
    new = Keys(operator=b"n" * 32, index=b"i" * 32)
    wrapped = new.wrap(b"k" * 32, b"person")
    went_on, asked = threading.Event(), list[bool]()

    def command() -> Secrets:
        asked.append(went_on.wait(30))
        return Secrets(operator=new.operator, former=(b"o" * 32,), index=new.index)

    running = Keys(operator=b"o" * 32, index=new.index, look_again=command)
    waiting = [asyncio.create_task(running.unwrap_async(wrapped, b"person")) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # a commit that took too long: the others still get their answer
    asyncio.get_running_loop().call_soon(went_on.set)
    assert await asyncio.gather(*waiting[1:]) == [b"k" * 32] * 4
    assert asked == [True]
    assert running.key_ids == (new.key_id, Keys(operator=b"o" * 32, index=new.index).key_id)


@pytest.mark.anyio
async def test_what_no_key_opens_is_a_wrong_key_in_an_event_loop_too() -> None:
    foreign = Keys(operator=b"f" * 32, index=b"i" * 32).wrap(b"k" * 32, b"person")
    with pytest.raises(WrongKey):
        await Keys(operator=b"o" * 32, index=b"i" * 32).unwrap_async(foreign, b"person")


def test_a_command_that_fails_is_not_asked_again_at_once(tmp_path: Path) -> None:
    """A key service that is down is not asked for every message: its time-out is half a minute."""
    log, keys, at = tmp_path / "asked", tmp_path / "keys", [0.0]
    keys.write_text(show(A), "utf-8")
    program = f"open({str(log)!r}, 'a').write('.'); print(open({str(keys)!r}).read())"
    running = Keys.ask((sys.executable, "-c", program), seconds=lambda: at[0])
    keys.unlink()
    foreign = Keys(operator=b"f" * 32, index=b"\x0b" * 32).wrap(b"k" * 32, b"person")
    asked: list[int] = []
    for at[0] in (4.0, 6.0, 7.0, 12.0):
        with pytest.raises(WrongKey):
            running.unwrap(foreign, b"person")
        asked.append(len(log.read_text("utf-8")))
    assert asked == [1, 2, 2, 3]
