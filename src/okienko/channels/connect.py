"""What it takes to connect a channel, as each channel says it in its own `connect.py`. Pure.

A folder with a `connect.py` that has a `CONNECT` can be connected at the desk. Everything that is read by people is
marked for translation (`okienko.web.i18n.mark`); its Polish stands in `web/locale/pl/channels.po`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from okienko.channels.given import Given, read_objects
from okienko.values import Call, Connection, HttpCall, Unreadable
from okienko.web.i18n import mark

LONGEST: Final = 8192  # characters of a value: a service account's file has about 2,400
CALLBACK: Final = "callback"  # what a step may have copied besides fields: the address that the vendor is to call


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of `Connection.given`."""

    name: str
    label: str
    help: str = ""
    secret: bool = False  # never shown again, only when it was set
    required: bool = True
    made: bool = False  # we make it, at random, and the vendor is told: shown to be copied, not asked for
    default: str = ""
    options: Sequence[tuple[str, str]] = ()  # value and label, where one of a few is chosen
    lines: int = 1  # of a value that is pasted, such as a key
    when: tuple[str, frozenset[str]] | None = None  # asked for only while another field has one of these values

    def applies(self, given: Mapping[str, str]) -> bool:
        """Whether it is asked for, next to what is given already."""
        return self.when is None or given.get(self.when[0], "") in self.when[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does at the vendor, and what they bring back or take along."""

    title: str
    text: Sequence[str]  # paragraphs
    copy: Sequence[str] = ()  # to be taken along: `CALLBACK`, or names of fields that we make
    fields: Sequence[str] = ()  # to be brought back: names of fields


State = Literal["good", "doubtful", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check has found, in plain words."""

    state: State
    text: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])  # for `%(name)s` in the text: no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A call that puts right what a check found; the check is made again after it."""

    label: str  # of the button
    call: Callable[[Connection, datetime], HttpCall]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question to the vendor that changes nothing. `call` is None where it cannot be asked with what is given."""

    name: str
    label: str
    call: Callable[[Connection, datetime], HttpCall | None]
    read: Callable[[int, bytes, Connection], Finding]
    mend: Mend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A check that is no call by HTTP: signing in to a mailbox, or to the mail server that the trial's letter names."""

    name: Literal["imap", "smtp"]
    label: str
    when: Callable[[Connection], bool] = lambda _: True


def _none(_: Mapping[str, str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Everything about connecting one channel."""

    channel: str
    name: str  # as people call it
    about: str  # one sentence: what comes in by it
    account: str  # the field that tells two connections of this channel apart
    fields: Sequence[Field]
    steps: Sequence[Step]
    checks: Sequence[Check | Probe] = ()
    find_problems: Callable[[Mapping[str, str]], Mapping[str, str]] = _none  # field → what is wrong, beyond the rules
    greeted: bool = False  # the vendor asks for the verify token before anything else
    called: bool = True  # the vendor calls us: the address has to be reached from the internet
    trial: Callable[[Connection, datetime], Call] | None = None  # a test message to oneself


REQUIRED: Final = mark("This is needed.")
TOO_LONG: Final = mark("This is too long.")
UNKNOWN: Final = mark("Choose one of the list.")
NOT_ONE_LINE: Final = mark("This has to be one line.")


def find_problems(connect: Connect, given: Mapping[str, str]) -> Mapping[str, str]:
    """What keeps values from being used: field → what is wrong, as messages to translate."""
    wrong: dict[str, str] = {}
    for one in connect.fields:
        value = given.get(one.name, "")
        if one.made or not one.applies(given):
            continue
        if not value:
            if one.required:
                wrong[one.name] = REQUIRED
        elif len(value) > LONGEST:
            wrong[one.name] = TOO_LONG
        elif one.options and value not in {option for option, _ in one.options}:
            wrong[one.name] = UNKNOWN
        elif one.lines == 1 and ("\n" in value or "\r" in value):
            wrong[one.name] = NOT_ONE_LINE
    return {**connect.find_problems(given), **wrong}


def take(connect: Connect, before: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What is given after a form was sent: a secret that was left empty stays, anything else is as it was typed.

    What no field names any more stays, too: a channel may keep words of its own there.
    """
    after = dict(before)
    for one in connect.fields:
        if one.made or one.name not in typed:
            continue
        value = typed[one.name].replace("\r\n", "\n").strip()
        if value:
            after[one.name] = value
        elif not one.secret:
            after.pop(one.name, None)
    return after


AWAY: Final = Finding(state="doubtful", text=mark("The vendor has trouble of its own: try again later."))


def read_answer(body: bytes) -> Given:
    """The object of an answer; an empty one when it is none."""
    try:
        return read_objects(body)[0]
    except (Unreadable, IndexError):
        return {}
