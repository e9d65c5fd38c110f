"""What the sandbox knows: one invented customer, what was said on each channel as that vendor has it, calls, and time.

Pure, and nothing of it is kept: it is gone with the process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from okienko.values import Clock, ConnectionId

Channel = Literal["messenger", "instagram", "whatsapp", "email", "voice", "google_play", "app_store"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
CHANNEL_OF: Final[Mapping[str, Channel]] = {channel: channel for channel in CHANNELS}
REVIEWS: Final[frozenset[Channel]] = frozenset({"google_play", "app_store"})
DAY: Final = timedelta(hours=24)
MOST_CALLS: Final = 1000  # that are remembered

State = Literal["", "sent", "delivered", "read", "failed"]
_ORDER: Final[Mapping[State, int]] = {"": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A button under a message, and what pressing it says."""

    payload: str
    title: str


@dataclass(slots=True, kw_only=True)
class Line:
    """One message, as its vendor has it."""

    id: str
    ours: bool  # the brand's; else the customer's
    text: str
    at: datetime
    options: tuple[Option, ...] = ()
    state: State = ""
    edits: int = 0
    gone: bool = False  # taken back
    reaction: str = ""
    files: tuple[str, ...] = ()  # ids
    answers: str = ""  # the line that it answers
    subject: str = ""
    stars: int = 0
    note: str = ""  # what the vendor says of it: PENDING_PUBLISH …
    sender: str = ""  # of a letter
    references: str = ""

    def move(self, state: State) -> bool:
        """A state only goes forward; whether it did."""
        if _ORDER[state] <= _ORDER[self.state]:
            return False
        self.state = state
        return True


@dataclass(slots=True, kw_only=True)
class Talk:
    """A conversation with the brand on one channel."""

    lines: list[Line] = field(default_factory=list[Line])
    acted_at: datetime | None = None  # what opens the window
    owner: Literal["us", "inbox"] = "us"
    writing_at: datetime | None = None  # somebody at the brand

    def find(self, id_: str) -> Line | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == id_), None)

    def last(self, *, ours: bool) -> Line | None:
        """The latest line of one side."""
        return next((line for line in reversed(self.lines) if line.ours is ours), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who does not exist, as each vendor calls them."""

    number: int
    seed: str  # digits

    @property
    def name(self) -> str:
        """What they call themselves."""
        return NAMES[self.number % len(NAMES)]

    def id(self, channel: Channel) -> str:
        """What the vendor calls them."""
        digits = f"{int(self.seed) + self.number:09d}"[-9:]
        match channel:
            case "messenger":
                return f"2400{digits}"
            case "instagram":
                return f"1780{digits}"
            case "whatsapp":
                return f"48{digits}"
            case "voice":
                return f"+48{digits}"
            case "email":
                return f"{self.name.split()[0].lower()}.{digits}@poczta.example"
            case "google_play" | "app_store":
                return f"{channel}-{digits}"


NAMES: Final = ("Anna Próbna", "Marek Testowy", "Ewa Zmyślona", "Piotr Przykładowy")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a customer attached."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A connection of the desk that leads here, and what its vendor gave."""

    id: ConnectionId
    given: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call of okienko's, and what it was answered."""

    vendor: str
    method: str
    path: str
    body: object
    status: int  # 0: the connection was dropped
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A report to okienko, and what came of it."""

    channel: Channel
    what: str
    status: int  # 0: no answer
    at: datetime


class SetClock:
    """The process's clock, moved by hand."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Now, as the sandbox has it."""
        return self._clock() + self.ahead


@dataclass(slots=True, kw_only=True)
class World:
    """All of it. `seed`: digits that no earlier process has used, so that ids are new ones."""

    seed: str
    doors: Mapping[Channel, Door]
    customer: Customer = field(init=False)
    talks: dict[Channel, Talk] = field(init=False)
    files: dict[str, File] = field(default_factory=dict[str, File])
    calls: deque[Called] = field(default_factory=lambda: deque[Called](maxlen=MOST_CALLS))
    posts: deque[Posted] = field(default_factory=lambda: deque[Posted](maxlen=MOST_CALLS))
    echo: Literal["after", "before", "never"] = "after"  # the answer to the call
    publish_after: timedelta = timedelta()  # an answer to a review in the App Store
    _minted: int = 0

    def __post_init__(self) -> None:
        self.customer = Customer(number=0, seed=self.seed)
        self.talks = {channel: Talk() for channel in CHANNELS}

    def mint(self, prefix: str) -> str:
        """An id that nobody has."""
        self._minted += 1
        return f"{prefix}{self.seed}{self._minted:05d}"

    def begin_anew(self) -> None:
        """Somebody else writes, on every channel."""
        self.customer = Customer(number=self.customer.number + 1, seed=self.seed)
        self.talks = {channel: Talk() for channel in CHANNELS}
        self.files.clear()

    def find_channel(self, key: str, value: str) -> Channel | None:
        """The channel whose vendor gave this value by this name."""
        return next((channel for channel, door in self.doors.items() if door.given.get(key) == value), None)
