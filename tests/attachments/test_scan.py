"""A scanner of the operator's choice sees every file before it is sealed, and without its verdict nothing is kept."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from okienko.attachments.kinds import Refused
from okienko.attachments.process import ScanFailed, scan
from okienko.database.urls import Urls
from okienko.settings import WrongSetting, read
from tests.attachments.files import SECRET, jpeg, png, segment
from tests.attachments.test_way import Way, open_way

pytestmark = pytest.mark.anyio
THREAT = b"something harmful"


def program(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", code)


def finder(threat: bytes) -> tuple[str, ...]:
    """A scanner that knows one threat, and prints it."""
    return program(f"import sys; f = {threat!r} in sys.stdin.buffer.read(); print({threat!r}); sys.exit(f)")


# the verdict ---------------------------------------------------------------------------------------------------------


async def test_what_it_finds_is_refused_and_the_rest_is_not() -> None:
    await scan(finder(THREAT), b"", bytes(300_000))
    for bodies in ([THREAT], [b"clean", bytes(300_000) + THREAT]):
        with pytest.raises(Refused, match="infected"):
            await scan(finder(THREAT), *bodies)
    with pytest.raises(Refused, match="infected"):
        await scan(program("raise SystemExit(1)"), bytes(9_000_000))  # one that has seen enough


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (program("raise SystemExit(2)"), "ended with 2"),
        (program("import os; os.kill(os.getpid(), 9)"), "ended with -9"),
        (program("import signal; signal.pause()"), "did not end within 0.5 seconds"),
        (("/not/there/clamdscan",), "is not there"),
        (("/",), "cannot be run"),
    ],
)
async def test_no_verdict_is_never_a_good_one(command: tuple[str, ...], says: str) -> None:
    seconds = 0.5 if "within" in says else 60.0
    with pytest.raises(ScanFailed, match=says):
        await scan(command, b"a file", seconds=seconds)


async def test_it_is_not_told_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKIENKO_MODEL_KEY", "hunter2")
    monkeypatch.setenv("SCANNER", "its own")
    names = "'OKIENKO_MODEL_KEY' in os.environ or 'SCANNER' not in os.environ"
    await scan(program(f"import os, sys; sys.exit({names})"), b"a file")


def test_the_setting_is_a_list() -> None:
    home = Path("home")
    assert read({}, home).scan_command == ()
    given = {"OKIENKO_SCAN_COMMAND": '["clamdscan", "--no-summary", "-"]'}
    assert read(given, home).scan_command == ("clamdscan", "--no-summary", "-")
    with pytest.raises(WrongSetting, match=r'such as \["clamdscan"'):
        read({"OKIENKO_SCAN_COMMAND": "clamdscan -"}, home)


# on the way of a file ------------------------------------------------------------------------------------------------


@pytest.fixture
async def way(database_urls: Urls, tmp_path: Path) -> AsyncIterator[Way]:
    async with open_way(database_urls, tmp_path) as way:
        connect(way, finder(THREAT))
        yield way


def connect(way: Way, scanner: tuple[str, ...]) -> None:
    given = way.world.services
    way.world.app.state.services = replace(given, settings=replace(given.settings, scan_command=scanner))


@pytest.mark.parametrize(
    "body",
    [
        b"a text with " + THREAT,
        jpeg(segment(0xFE, THREAT)),  # in what would not be kept
        ("a text with " + THREAT.decode()).encode("utf-16"),  # in what would be kept, and not in what came
    ],
    ids=["plain", "comment", "utf-16"],
)
async def test_sec_12_a_threat_is_refused_and_not_kept(way: Way, body: bytes) -> None:
    answer = await (await way.begin()).upload(body)
    assert (answer.status_code, answer.json()) == (422, {"refused": "infected"})
    assert await way.rows("select count(*) from attachment") == [(0,)]


async def test_what_cannot_be_scanned_is_not_kept_and_its_content_not_logged(
    way: Way, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(way, program("import sys; print(sys.stdin.read(), file=sys.stderr); sys.exit(2)"))
    answer = await (await way.begin()).upload(b"a text: " + SECRET)
    assert (answer.status_code, answer.json()) == (503, {"refused": "unscanned"})
    assert await way.rows("select count(*) from attachment") == [(0,)]
    logged = "".join(capsys.readouterr())
    assert "scan_failed" in logged
    assert SECRET.decode() not in logged


async def test_the_desk_says_what_was_scanned(way: Way) -> None:
    chat = await way.begin()
    assert await chat.say("", await chat.attach(b"a text"), await chat.attach(png())) == (200, "stored")
    agent = await way.agent(await chat.reference())
    page = await agent.page()
    assert page.count("Sprawdzono programem antywirusowym.") == 2
    assert "Bez kontroli antywirusowej." not in page
    connect(way, ())
    assert await chat.say("", await chat.attach(b"another one")) == (200, "stored")
    assert (await agent.page()).count("Bez kontroli antywirusowej.") == 1
