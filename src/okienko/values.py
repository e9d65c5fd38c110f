"""The words that every room shares: frozen values without behaviour beyond their own invariants.

Nothing here does input or output, reads a clock or draws a random number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, NewType, NoReturn, Protocol, final, runtime_checkable
from uuid import UUID

BrandId = NewType("BrandId", UUID)
PersonId = NewType("PersonId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
StaffId = NewType("StaffId", UUID)
ConnectionId = NewType("ConnectionId", str)

Language = Literal["pl", "en"]


class OperatorError(Exception):
    """What whoever runs okienko can mend: its words say what is wrong and what to do. A command ends with them."""


@final
class RawText:
    """What somebody typed, before masking. It lives in memory only.

    It refuses to be printed, formatted, logged, compared, hashed, copied or pickled, so that it cannot slip into a
    table, a log line or an exception. `okienko.masking` is the only reader (see the import contracts).
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Called by `okienko.masking` alone; a test looks for other callers."""
        return self._text

    @classmethod
    def joined(cls, between: str, pieces: Iterable[RawText]) -> RawText:
        """Several as one; it stays in its box."""
        return cls(between.join(piece._text for piece in pieces))

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("raw text may not be formatted, compared, copied or stored: mask() it first")

    __str__ = __format__ = __hash__ = __eq__ = __ne__ = __reduce__ = __reduce_ex__ = _refuse  # type: ignore[assignment]
    __copy__ = __deepcopy__ = __add__ = __radd__ = __getstate__ = __bool__ = _refuse  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "RawText(…)"


@final
@dataclass(frozen=True, slots=True)
class MaskedText:
    """Text that may be stored, shown and sent: personal data are placeholders such as `[e-mail 2]`.

    Only `okienko.masking` makes one from customers' or agents' words; text that the brand itself has published (an
    article's sentence, our interface's words) enters through `okienko.masking.published`.
    """

    text: str

    def __str__(self) -> str:
        return self.text


class Holder(StrEnum):
    """Who answers a conversation next."""

    BOT = "bot"
    QUEUE = "queue"  # waits for a person
    AGENT = "agent"


class Author(StrEnum):
    """Who really spoke."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"  # "Anna has joined": seen by both sides
    NOTE = "note"  # an agent's note: never leaves the desk


class Kind(StrEnum):
    """What a message is for; the widget and the desk draw by it."""

    TEXT = "text"
    ATTACHMENT = "attachment"  # files, with or without words
    NOTICE = "notice"  # the AI notice before the bot's first word
    ANSWER = "answer"  # quotes articles, or says what a scenario says; asks whether it helped
    CLARIFY = "clarify"  # offers categories to choose from
    HANDOFF = "handoff"  # a person will take it; says when and how
    PERSON = "person"  # the customer asks for a person (the button)
    CHOICE = "choice"  # the customer picks a category
    UNREADABLE = "unreadable"  # arrived, could not be masked: only its shell is kept
    EVENT = "event"  # joined, handed back, closed, contact left
    ECHO = "echo"  # what the brand's people have written elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One organisation's window, as everything but the database sees it."""

    id: BrandId
    slug: str
    name: str
    language: Language
    languages: tuple[Language, ...]
    accent: str
    timezone: str
    hours: str
    allowed: tuple[str, ...]  # the brand's own addresses, numbers and names, never masked
    denied: tuple[tuple[str, str], ...] = ()  # phrases that are always masked: (label, phrase)
    origins: tuple[str, ...]  # sites that may embed the widget; empty means any
    keep_months: int
    articles_version: int
    jurisdiction: str | None = None  # the id of a policy; None: nobody has said, and the strictest of all holds
    choices: str = ""  # its own rules beyond that: `okienko.policy.brand`


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A channel's door: `/hooks/<channel>/<id>` or the widget's key."""

    id: ConnectionId
    brand_id: BrandId
    channel: str
    secret: bytes = field(repr=False)  # ours: signs what we send out to come back
    reply_url: str | None = None
    # What the channel was connected with, by the names that its `connect.py` gives: tokens, ids of accounts.
    given: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A request of a vendor, as it came. Its body holds raw text, so nothing of it is printed."""

    url: str = field(repr=False)  # as the vendor has called it: our public address, the path, the query
    headers: Mapping[str, str] = field(repr=False)  # names in small letters
    body: bytes = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    method: str = "POST"
    certificate: bytes | None = field(default=None, repr=False)  # that `channels.vendor.NeedsCertificate` has named


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message from a channel, parsed and not yet masked. Vendors' ids are personal too, hence `repr=False`."""

    event: str = field(repr=False)  # the vendor's id of the message: dedupe
    thread: str = field(repr=False)  # the vendor's id of the conversation
    text: RawText
    kind: Kind = Kind.TEXT
    choice: str | None = None
    attachments: tuple[UUID, ...] = ()  # files that were taken before and wait for this message
    language: str | None = None
    # Kinds of personal data of which the sender has seen that they are hidden; a message with others is shown to the
    # sender instead of being stored. None: nobody looks.
    seen: frozenset[str] | None = None
    at: datetime | None = None  # the vendor's clock: messages are in its order
    refers: tuple[str, ...] = field(default=(), repr=False)  # vendor's ids of what this continues, the surest first
    conversation: UUID | None = None  # that it belongs to, where it carries our own signature
    envelope: RawText | None = None  # what an answer needs besides the thread's id, as the channel writes it
    name: RawText | None = None  # of whoever writes
    more: RawText | None = None  # what stands below the text and is not answered: what a letter quotes, its signature
    fetch: tuple[Remote, ...] = ()  # files that the vendor has
    parts: tuple[Part, ...] = ()  # files that came along
    automatic: bool = False  # written by a program: shown, never answered
    elsewhere: bool = False  # another program has the thread: shown, never answered
    # What came that is no text, such as `[sticker]`: marked for translation, below the text, a line each. Those of
    # the files in `fetch` are the last ones.
    lines: tuple[str, ...] = ()
    aliases: tuple[str, ...] = field(default=(), repr=False)  # other ids under which the vendor has named this thread
    public: bool = False  # everybody can read it: a person answers, a program never does

    # By letters alone. Whom an answer goes to: in a conversation that continues it is somebody who takes part, or news.
    sender: RawText | None = None
    reference: str | None = None  # of a conversation that the subject names: it counts only if the sender takes part
    unverified: bool = False  # the sender's domain disowns the letter: the bot does not answer it


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether a person may write to a customer now: freely, with the vendor's tag for what is late, or not any more."""

    verdict: Literal["free", "late", "over"] = "free"
    until: datetime | None = None  # when that ends, or when it did; None: it does not, or nobody knows
    longest: int | None = None  # characters of an answer; None: as many as the desk takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file that a vendor keeps for us, for a while."""

    place: RawText  # its address, or the vendor's id of it
    mime: str | None = None
    sha256: str | None = None  # hexadecimal or base64, as vendors give it
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file that came with a message."""

    name: RawText | None
    mime: str
    content: bytes = field(repr=False)


class Unreadable(Exception):
    """A body that was signed well but does not say what we understand. Carries its shape, never its content."""

    def __init__(self, shape: str) -> None:
        super().__init__(shape)
        self.shape = shape


class Malformed(Exception):
    """A request of our own API that is wrong. Says what was expected, never what was sent."""


ARTICLE: Final = "article:"  # a choice that names one, with its id
SCENARIO: Final = "scenario:"  # the same; among what answers are looked for in, a scenario is an article of such a name
OPTION: Final = "option:"  # a choice of a scenario's question, with its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The words of an article that an answer rests on."""

    article: str
    language: Language
    version: int
    title: str
    quote: str
    published: datetime
    marked: tuple[int, int] | None = None  # the part of the quote that says most, as offsets; None: all of it

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote: what comes before the part that says most, that part, and what comes after; it may be empty."""
        start, end = self.marked or (0, 0)
        return self.quote[:start], self.quote[start:end], self.quote[end:]

    def by_title(self) -> Citation:
        """The same, quoting its title alone: to be picked."""
        return replace(self, quote=self.title, marked=None)


OWN_WORDS: Final = "okienko"  # what made a message: fixed words, and an article's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One message that the bot means to send."""

    kind: Kind
    text: MaskedText
    choices: tuple[str, ...] = ()  # offered as quick replies: slugs of categories, `ARTICLE` and an id, `person`
    labels: tuple[str, ...] = ()  # what the first of the choices are called, where nothing else says so
    citations: tuple[Citation, ...] = ()
    confidence: float | None = None
    generator: str = OWN_WORDS  # what made it; `model:` and its name where that worded it
    proposed: bool = False  # to whoever answers, as a note: it is not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One unanswered message of the customer."""

    arrival: int
    kind: Kind
    text: MaskedText
    choice: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A conversation inside a scenario."""

    scenario: str
    version: int
    step: str  # the one that waits: a question, or a look-up
    kept: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)  # masked, like all that is stored
    tries: int = 0  # answers to this question that were not understood
    path: tuple[str, ...] = ()  # the questions that were answered, the last one last


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case that a scenario opens; when it is due is found out before it is written."""

    kind: str
    reference: str
    due_on: date | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a scenario wants to know from a source of facts."""

    source: str
    arguments: tuple[tuple[str, str], ...] = field(repr=False)  # what the source calls it, and its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A conversation that asks about an incident."""

    incident: UUID
    told: int | None  # the version of the notice that is said to it now, or was before; None: the bot says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that a turn is decided from, read in one round trip."""

    conversation: ConversationId
    person: PersonId
    connection: ConnectionId
    channel: str
    token: int  # fencing: the lane's lease
    version: int  # the conversation's version; the write is conditional on it
    holder: Holder
    closed: bool
    language: Language
    category: str | None
    picked: bool  # the customer has picked the category; else it is that of the last answer
    reference: str
    noticed: bool  # the AI notice has been given
    misses: int  # turns in a row that ended without an answer
    failures: int  # attempts at this turn that broke
    arrived: int
    asked: tuple[Asked, ...]
    open_question: (
        MaskedText | None
    )  # the words that the bot answered with "what is it about?", if that was its last word
    quoted: str | None = None  # the article that the bot quoted last
    hidden: frozenset[bytes] = frozenset()  # keyed hashes of the values in the conversation's vault
    sensitive: bool = False  # what is asked holds words about health, or about another special category of data
    sensitive_before: bool = False  # and so did something that was answered before
    restricted: bool = False  # the customer wants their data kept and not used
    people_only: bool = False  # the customer wants no program to answer, on any channel
    verified: bool = False  # it was found out who writes: by a code to an address on record, or by a person
    knows_order: bool = False  # the customer has named an order and a second fact about it
    reachable: bool = False  # the customer has left a way to be reached
    code_asked: bool = False  # the bot has asked for a code before
    code_awaited: bool = False  # and a person gets the conversation after it, or without it
    run: Run | None = None  # where it stands in a scenario
    cases: tuple[tuple[str, str], ...] = ()  # its open cases: kind and reference
    opened: int = 0  # its cases, open or not
    told: Mapping[UUID, int] = field(default_factory=dict[UUID, int])  # incidents, and which version of their notice
    public: bool = False  # everybody can read what is answered: a person answers
    offered: tuple[str, ...] = ()  # the choices below the bot's last message
    elsewhere: bool = False  # somebody answers it in the vendor's inbox, or another program has it


Priority = Literal["low", "normal", "high", "urgent"]

Because = Literal[
    "person_has_it",
    "asked_for_person",
    "unreadable",
    "restricted",
    "people_only",
    "bot_allowed",
    "attachment",
    "truth",
    "category_picked",
    "answered",
    "clarified",
    "greeted",
    "thanked",
    "no_answer",
    "code_asked",
    "code_entered",
    "code_skipped",
    "scenario",
    "incident",
    "public",
    "elsewhere",
    "broken",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a turn decided; the store obeys it or, when a person took over meanwhile, drops it."""

    situation: Situation
    says: tuple[Say, ...]
    holder: Holder
    category: str | None
    picked: bool
    language: Language
    misses: int
    reason: Because  # for the trace; the desk puts it into words
    routed: int | None = None  # the version of the router that has chosen the category, if it was one
    people_only: bool | None = None  # what the customer has just said about programs that answer; None: nothing
    notice: int | None = None  # the version of the AI notice among what is said
    run: Run | None = None  # where it stands in a scenario from now on
    verify: bool = False  # it is to be checked who writes before a person gets it, whatever the topic
    report: Report | None = None  # the incident that it asks about
    cases: tuple[NewCase, ...] = ()
    team: str | None = None  # that is to take it
    priority: Priority | None = None  # None: as it was, and so is the team
    wants: Wanted | None = None  # to be looked up before this can be decided; such a plan is never written


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to pick instead of typing."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way out through a channel's adapter."""

    conversation: ConversationId
    message: MessageId
    connection: ConnectionId
    thread: str = field(repr=False)  # the vendor's id of the conversation, unsealed for this send
    author: Author
    kind: Kind
    text: str = field(repr=False)  # as its customer reads it: what an agent wrote is in clear here, for this send
    citations: tuple[Citation, ...]
    choices: tuple[Choice, ...] = ()
    language: Language = "pl"
    reference: str = ""  # what the customer calls the conversation
    brand: str = ""  # its name
    envelope: str = field(default="", repr=False)  # what came with the customer's latest message, unsealed
    late: bool = False  # after the free window, and allowed to a person: it goes with the vendor's tag for that
    help: str = ""  # where the brand's articles are: `https://help.company.example/help/brand`; empty: nobody knows

    @property
    def ai_generated(self) -> bool:
        """Whether a machine-readable mark goes with it: a field, or a header such as `X-AI-Generated: yes`."""
        return self.author is Author.BOT


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """A request that an adapter wants made."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    method: Literal["GET", "POST", "DELETE"] = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that an adapter wants sent: by which server, from and to whom on the envelope, and its bytes."""

    host: str
    port: int
    encryption: Literal["smtps", "smtp+starttls", "smtp"]
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    sender: str = field(repr=False)  # of the envelope; empty for automatic acknowledgements
    to: str = field(repr=False)
    content: bytes = field(repr=False)  # RFC 5322
    message_id: str = field(repr=False)  # its receipt


Call = HttpCall | Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The vendor has it."""

    receipt: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The vendor does not have it. Only one thing matters to the sender: is it worth another try?

    `trouble` says what else is wrong: the connection's credentials have ended (`sign_in`), the vendor has paused the
    whole connection (`paused`), the window is over (`window`), or another program has the thread (`elsewhere`).
    """

    reason: str
    permanent: bool
    retry_after: float | None = None  # seconds
    trouble: Literal["sign_in", "paused", "window", "elsewhere"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """We do not know whether the vendor has it."""

    reason: str


class Adapter(Protocol):
    """What a channel must say about itself. Pure: bytes in, values out; `receive.py` does the rest.

    How it reads a body it says as `Parses` (our own channels) or as `channels.vendor.Reads` (those of vendors).
    """

    name: str
    opens: bool  # a message of an unknown thread opens a conversation; else it is refused
    limited: bool  # strangers write here, each so many messages a minute and a day
    most_bytes: int  # of a request's body

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Whether the vendor really sent this."""
        ...


@runtime_checkable
class Parses(Protocol):
    """A channel whose bodies are messages and nothing else."""

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Inbound]:
        """The messages of a verified body. Raises `Unreadable` with its shape, or `Malformed` for our own callers."""
        ...


@runtime_checkable
class Caller(Protocol):
    """A channel that has to be called to deliver a message. Pure, too; `deliver.py` makes the call."""

    name: str
    idempotent: bool  # the vendor honours our key, so an unsure send may be repeated

    def calls(self, outgoing: Outgoing, connection: Connection, now: datetime) -> Sequence[Call]:
        """What sends one message: as many calls, one after the other, as the vendor's limits make of it.

        The same message gives the same calls: a sender that was killed after the first goes on with the second.
        """
        ...

    def outcome(self, status: int, headers: Mapping[str, str], body: bytes) -> Sent | Failed | Unsure:
        """What the vendor's answer means."""
        ...


class Clock(Protocol):
    """Time is passed in."""

    def __call__(self) -> datetime:
        """Now, in UTC, aware."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The member of staff behind a request."""

    id: StaffId
    name: str
    roles: Mapping[BrandId, Literal["agent", "lead", "admin", "privacy"]]  # where they may read customers' words
    csrf: str = field(repr=False)
    audits: frozenset[BrandId] = frozenset()  # where they are the security auditor: the log, and nothing else
    enrolled: bool = False  # has a second step: a passkey or an authenticator app
    proved_at: datetime | None = None  # when they last proved, in this session, that it is they
