"""What the audit chain is made of, and how one sees that it was tampered with. Pure.

An act is written down as a `Payload`: ids, roles and words of ours, never a name, an address or a message. The chain
has an `Entry` for it, which commits to the payload without holding it (HMAC-SHA256 under a random salt beside the
payload), so that a payload can be erased and the chain stays whole:

    leaf = SHA-256(0x00 || number || time || id || commitment)
    head = SHA-256(0x01 || head of the entry before || leaf)

with leaves and nodes told apart as in RFC 6962, section 2.1. The database computes both when a transaction commits
(`audit_append` in migration 0012); here they are computed again.

Whoever owns the database can make a whole new chain. What they cannot make is a head that was signed, and carried
outside, before: `Walk` compares.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
UNSIGNED: Final = timedelta(hours=1)  # heads are signed every ten minutes; after so long somebody has to look

ActorKind = Literal["staff", "customer", "operator", "worker"]

Action = Literal[
    # looked at
    "conversation-read",
    "people-searched",
    "value-revealed",
    "file-opened",
    "log-read",
    "pack-made",
    "pack-read",
    "text-sampled",
    "reading-slowed",
    # done with conversations
    "conversation-taken",
    "conversation-handed-back",
    "conversation-queued",
    "conversation-closed",
    "conversation-reopened",
    "identity-checked",
    "identity-doubted",
    "case-assigned",
    "case-closed",
    "case-reopened",
    "reply-written",
    "note-written",
    "message-sent-again",
    "conversation-filed",
    # done with articles
    "article-published",
    "article-withdrawn",
    "article-restored",
    "articles-imported",
    "scenario-saved",
    "scenario-published",
    "scenario-withdrawn",
    "radar-dismissed",
    "evening-recorded",
    "scenario-review-changed",
    "incident-saved",
    "incident-declared",
    "incident-updated",
    "incident-ended",
    "incident-discarded",
    "articles-policy-changed",
    "source-added",
    "source-removed",
    "source-refused",
    "lookup-saved",
    "lookup-removed",
    # done with accounts
    "signed-in",
    "sign-in-failed",
    "password-set",
    "colleague-added",
    "role-changed",
    "link-made",
    "account-closed",
    "account-opened",
    "second-step-changed",
    # done with settings and keys
    "brand-added",
    "words-changed",
    "saved-reply-changed",
    "saved-reply-deleted",
    "model-switched",
    "token-made",
    "token-revoked",
    "keys-rotated",
    "channel-connected",
    "channel-changed",
    "channel-paused",
    "channel-resumed",
    "channel-closed",
    "channel-opened",
    "policy-changed",
    "processor-changed",
    "text-published",
    "synonyms-changed",
    "examples-changed",
    "topic-level-changed",
    "accounts-imported",
    # done for people's rights
    "person-found",
    "data-exported",
    "data-corrected",
    "data-erased",
    "processing-restricted",
    "processing-resumed",
    "objection-taken",
    "request-opened",
    "request-changed",
    "request-closed",
    "consent-given",
    "consent-refused",
    "consent-withdrawn",
    "hold-set",
    "hold-approved",
    "hold-reviewed",
    "hold-released",
    "retention-run",
    "ledger-replayed",
    # done with this log
    "payload-erased",
]

READS: Final[frozenset[Action]] = frozenset(
    {
        "conversation-read",
        "people-searched",
        "value-revealed",
        "file-opened",
        "log-read",
        "pack-made",
        "pack-read",
        "text-sampled",
        "reading-slowed",
        "person-found",
        "data-exported",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One act: who did what with which thing. Ids and words of ours alone."""

    id: UUID
    brand: UUID | None  # None: of the installation itself
    at: datetime
    actor_kind: ActorKind
    actor: UUID | None  # the member of staff
    role: str | None  # that they had then
    action: str
    object_kind: str
    object: str | None  # an id
    conversation: UUID | None  # where it happened
    detail: str  # name=value, separated by spaces
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A link of the chain. Hashes are 32 bytes."""

    number: int  # 1, 2, 3 …
    id: UUID
    at: datetime
    commitment: bytes
    leaf: bytes
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far the chain had got at a time, and what its head was."""

    number: int
    head: bytes
    at: datetime  # when it was signed


Wrong = Literal["missing", "changed", "unlinked", "content", "erased", "otherwise", "cut", "unsigned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, from which entry to which."""

    what: Wrong
    first: int
    last: int
    at: datetime | None = None  # when the head was signed that says otherwise


def microseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def commit(payload: Payload) -> bytes:
    """The commitment to a payload, 32 bytes: HMAC-SHA256 under its salt of its fields as one JSON list."""
    fields = [
        "okienko audit 1",
        None if payload.brand is None else str(payload.brand),
        str(payload.id),
        microseconds(payload.at),
        payload.actor_kind,
        None if payload.actor is None else str(payload.actor),
        payload.role,
        payload.action,
        payload.object_kind,
        payload.object,
        None if payload.conversation is None else str(payload.conversation),
        payload.detail,
    ]
    return hmac.digest(payload.salt, json.dumps(fields, separators=(",", ":")).encode(), "sha256")


def make_leaf(number: int, at: datetime, id_: UUID, commitment: bytes) -> bytes:
    """The leaf of an entry."""
    row = number.to_bytes(8, "big") + microseconds(at).to_bytes(8, "big", signed=True) + id_.bytes + commitment
    return hashlib.sha256(b"\x00" + row).digest()


def make_head(before: bytes, leaf: bytes) -> bytes:
    """The head after an entry; before the first one it is empty."""
    return hashlib.sha256(b"\x01" + before + leaf).digest()


def write_detail(values: Mapping[str, object]) -> str:
    """`count=3 label=EMAIL_ADDRESS`: what more there is to say about an act, by name."""
    return " ".join(f"{name}={value}" for name, value in sorted(values.items()))


@dataclass(slots=True, kw_only=True)
class Walk:
    """Goes along a chain from its beginning and gathers what is wrong.

    `signed`: heads whose signatures are right. Call `take` with every entry in the order of numbers, then `end`.
    """

    signed: Sequence[Head]
    number: int = 0  # of the last entry
    head: bytes = b""
    agreed: int = 0  # the last entry up to which all is as it was signed
    problems: list[Problem] = field(default_factory=list[Problem])
    _by_number: dict[int, list[Head]] = field(init=False)
    _covered: int = field(init=False)  # the furthest entry that a signed head names
    _otherwise: Head | None = None  # the first signed head that the chain does not have
    _waiting: datetime | None = None  # the time of the first entry that no signed head covers
    _gone: set[int] = field(default_factory=set[int])  # entries whose payloads are not there
    _erased: set[int] = field(default_factory=set[int])  # entries of which another entry says so

    def __post_init__(self) -> None:
        self._by_number = {}
        for head in self.signed:
            self._by_number.setdefault(head.number, []).append(head)
        self._covered = max(self._by_number, default=0)

    def take(self, entry: Entry, payload: Payload | None, *, with_payloads: bool = True) -> None:
        """The next entry, with what it commits to. None: it was erased, or is not at hand (`with_payloads=False`)."""
        if entry.number > self.number + 1:
            self._find("missing", self.number + 1, entry.number - 1)
        elif entry.number <= self.number or make_head(self.head, entry.leaf) != entry.head:
            self._find("unlinked", entry.number)
        if make_leaf(entry.number, entry.at, entry.id, entry.commitment) != entry.leaf:
            self._find("changed", entry.number)
        if payload is None:
            if with_payloads:
                self._gone.add(entry.number)
        elif commit(payload) != entry.commitment or (payload.id, payload.at) != (entry.id, entry.at):
            self._find("content", entry.number)
        elif payload.action == "payload-erased" and payload.object is not None and payload.object.isdecimal():
            self._erased.add(int(payload.object))
        for head in self._by_number.get(entry.number, ()) if self._otherwise is None else ():
            if head.head == entry.head:
                self.agreed = entry.number
            else:
                self._otherwise = head
        if entry.number > self._covered and self._waiting is None:
            self._waiting = entry.at
        self.number, self.head = max(self.number, entry.number), entry.head

    def end(self, now: datetime) -> list[Problem]:
        """Everything that is wrong, by entry."""
        if self._otherwise is not None:
            self._find("otherwise", self.agreed + 1, self._otherwise.number, self._otherwise.at)
        if self._covered > self.number:
            furthest = self._by_number[self._covered][0]
            self._find("cut", self.number + 1, furthest.number, furthest.at)
        for first, last in _ranges(sorted(self._gone - self._erased)):
            self._find("erased", first, last)
        if self._waiting is not None and now - self._waiting > UNSIGNED:
            self._find("unsigned", self._covered + 1, self.number, self._waiting)
        return sorted(self.problems, key=lambda problem: problem.first)

    def _find(self, what: Wrong, first: int, last: int | None = None, at: datetime | None = None) -> None:
        self.problems.append(Problem(what=what, first=first, last=first if last is None else last, at=at))


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers in order as (first, last) of those that follow each other."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
