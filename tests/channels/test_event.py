"""What all channels share: moments however they are written, shapes that say nothing, and events as JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from pkgutil import iter_modules

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko import channels
from okienko.channels.check import check_body, find_reader, write_event
from okienko.channels.event import Attachment, Event, Reading, describe, read_time
from okienko.values import Malformed, OperatorError, RawText, Unreadable

MOMENT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
EVENT = Event(
    kind="message",
    account="1",
    thread="2",
    user="2",
    message="m_1",
    dedupe="m_1",
    at=MOMENT,
    text=RawText("mój adres to anna@poczta.example"),
    attachments=(Attachment(kind="image", url="https://files.example/a.png", title=RawText("tel. 600 100 200")),),
)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (1700000000, MOMENT),
        ("1700000000", MOMENT),
        (1700000000000, MOMENT),
        ("1700000000000", MOMENT),
        (1700000000.0, MOMENT),
        ("2023-11-14T22:13:20Z", MOMENT),
        ("2023-11-14T23:13:20+01:00", MOMENT),
        ("2023-11-14T22:13:20+0000", MOMENT),
        ("2023-11-14T22:13:20", MOMENT),
        (None, None),
        (True, None),
        ("", None),
        ("yesterday", None),
        (10**30, None),
        ([1700000000], None),
    ],
)
def test_a_moment_is_read_however_it_is_written(written: object, moment: datetime | None) -> None:
    assert read_time(written) == moment


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_a_shape_has_no_value_and_no_key_that_is_not_known(value: object) -> None:
    letters = set("".join(("object", "id", "str", "int", "float", "bool", "NoneType", "{}[]:, ?…")))
    assert set(describe(value, {"object", "id"})) <= letters


@given(JSON | st.text())
def test_no_moment_breaks_the_reader(value: object) -> None:
    read_time(value)


def test_an_event_is_written_with_its_text_masked() -> None:
    written = write_event(EVENT)
    assert written["occurred_at"] == "2023-11-14T22:13:20+00:00"
    assert (written["kind"], written["external_conversation_key"], written["dedupe_key"]) == ("message", "2", "m_1")
    assert written["payload"]["text"] == "mój adres to [e-mail]"
    assert "600" not in str(written["payload"]["attachments"])


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Reading(events=(EVENT,)), "parsed"),
        (Reading(events=(EVENT,), unparsed=("{?: str}",)), "unparsed"),
        (Reading(ignored="its own words"), "ignored"),
        (Unreadable("{}"), "unparsed"),
        (Malformed("too long"), "refused"),
    ],
)
def test_what_becomes_of_a_body(outcome: Reading | Exception, result: str) -> None:
    def read_events(body: bytes) -> Reading:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    found = check_body(b"", read_events)
    assert found["result"] == result
    assert (found["reason"] == "") == (result == "parsed")


def test_nobody_prints_whose_message_it_is() -> None:
    shown = repr(replace(EVENT, thread="4711", user="4712", message="4713", dedupe="4714"))
    assert not any(number in shown for number in ("4711", "4712", "4713", "4714"))


def test_a_channel_that_is_not_there_is_said_to_be() -> None:
    with pytest.raises(OperatorError, match="no channel of this name"):
        find_reader("telegraf")


def test_every_channel_is_kept_apart_from_the_others() -> None:
    contract = Path(__file__).parents[2].joinpath(".importlinter").read_text("utf-8")
    apart = contract.partition("Channels do not know each other")[2].partition("\n\n")[0]
    folders = {module.name for module in iter_modules(channels.__path__) if module.ispkg}
    assert {f"okienko.channels.{name}" for name in folders} <= set(apart.split())


def test_a_letter_with_a_file_is_told_without_the_file() -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Message-ID"] = (
        "anna@poczta.example",
        "bok@sklep.example",
        "<1@poczta.example>",
    )
    letter.set_content("zwrot w załączniku")
    letter.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="zwrot.pdf")
    found = check_body(letter.as_bytes(), find_reader("email"))
    (event,) = orjson.loads(orjson.dumps(found))["events"]
    (file,) = event["payload"]["attachments"]
    assert (file["mime"], file["size"]) == ("application/pdf", 8)
    assert "envelope" not in event["payload"]
