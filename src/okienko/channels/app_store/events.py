"""What a page of the App Store's reviews holds (JSON:API). Pure.

A review has no moment of its last change: one that says something else is another report of the same review.
"""

from __future__ import annotations

import hashlib
from typing import Final

from okienko.channels.event import Event, Reading, describe, join, read_time
from okienko.channels.given import Given, part, parts, raw, read_objects, whole, word
from okienko.channels.reviews import name_answer
from okienko.values import Unreadable

_WORDS: Final = "data included type id attributes rating title body createdDate territory relationships"
_KNOWN: Final = frozenset(_WORDS.split())


def read_events(body: bytes) -> Reading:
    """The events of a page, of one review, or of one answer. Raises `Unreadable` with its shape."""
    (given, *_) = read_objects(body)
    listed = parts(given, "data") if isinstance(given.get("data"), list) else [part(given, "data")]
    if "data" not in given or (listed and not any(listed)):
        raise Unreadable(describe(given, _KNOWN))
    answers = {word(one, "id"): one for one in parts(given, "included")}
    events: list[Event] = []
    unparsed: list[str] = []
    for one in listed:
        event = _read_one(one)
        if event is None:
            unparsed.append(describe(one, _KNOWN))
            continue
        events.append(event)
        answer = answers.get(word(part(part(part(one, "relationships"), "response"), "data"), "id"))
        answered = None if answer is None else _read_answer(answer, event.thread)
        events += [] if answered is None else [answered]
    return Reading(
        events=tuple(events), unparsed=tuple(unparsed), ignored=None if listed else "no reviews on this page"
    )


def _read_one(given: Given) -> Event | None:
    match word(given, "type"):
        case "customerReviews":
            return _read_review(given)
        case "customerReviewResponses":
            review = word(part(part(part(given, "relationships"), "review"), "data"), "id")
            return _read_answer(given, review or "")
        case _:
            return None


def _read_review(given: Given) -> Event | None:
    id_, facts = word(given, "id"), part(given, "attributes")
    if id_ is None or not facts:
        return None
    written = hashlib.sha256(
        "\x1f".join(str(facts.get(key)) for key in ("rating", "title", "body")).encode("utf-8", "replace")
    ).hexdigest()
    territory = word(facts, "territory")
    return Event(
        kind="review",
        account="",
        thread=id_,
        message=id_,
        dedupe=f"{id_}:{written}",
        says=written,
        at=read_time(facts.get("createdDate")),
        subject=raw(facts, "title"),
        text=raw(facts, "body"),
        name=raw(facts, "reviewerNickname"),
        rating=whole(facts, "rating"),
        standing={} if territory is None else {"territory": territory},
    )


def _read_answer(given: Given, review: str) -> Event | None:
    id_, facts = word(given, "id"), part(given, "attributes")
    state = word(facts, "state")
    if id_ is None or not facts:
        return None
    changed = facts.get("lastModifiedDate")
    return Event(
        kind="echo",
        direction="out",
        account="",
        thread=review,
        message=name_answer(facts.get("responseBody")),
        says=join(facts.get("responseBody")),
        dedupe=f"{id_}:{state}:{changed}",
        at=read_time(changed),
        text=raw(facts, "responseBody"),
        standing={} if state is None else {"state": state},
    )
