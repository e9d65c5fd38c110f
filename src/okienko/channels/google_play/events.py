"""What a page of Google Play's reviews holds. Pure.

Only the last week's reviews are listed, and every page is read again and again: a review is the same until the moment
of its last change is another. Nobody's name is known for certain, so a review is a conversation of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from okienko.channels.event import Event, Reading, describe, join, read_time
from okienko.channels.given import Given, part, parts, raw, read_objects, whole, word
from okienko.channels.reviews import name_answer
from okienko.values import RawText, Unreadable

_KNOWN: Final = frozenset(
    {"reviews", "reviewId", "comments", "userComment", "developerComment", "text", "starRating", "lastModified"}
)


def read_events(body: bytes) -> Reading:
    """The events of a page, or of one review. Raises `Unreadable` with its shape."""
    (given, *_) = read_objects(body)
    if word(given, "reviewId") is None and not isinstance(given.get("reviews"), list):
        if given.keys() <= {"tokenPagination", "pageInfo"} and given:
            return Reading(ignored="no reviews on this page")  # an empty page leaves the list out
        raise Unreadable(describe(given, _KNOWN))
    events: list[Event] = []
    unparsed: list[str] = []
    for review in [given] if "reviewId" in given else parts(given, "reviews"):
        found = _read_review(review)
        events += found
        if not found:
            unparsed.append(describe(review, _KNOWN))
    return Reading(events=tuple(events), unparsed=tuple(unparsed))


def _read_review(review: Given) -> list[Event]:
    """What the customer wrote last, and what was answered."""
    id_ = word(review, "reviewId")
    if id_ is None:
        return []
    base = Event(
        kind="review", account="", thread=id_, message=id_, dedupe=id_, at=None, name=raw(review, "authorName")
    )
    events: list[Event] = []
    for comment in parts(review, "comments"):
        theirs, ours = part(comment, "userComment"), part(comment, "developerComment")
        said = theirs or ours
        changed = part(said, "lastModified")
        seconds, nanos = word(changed, "seconds"), word(changed, "nanos")
        if not said:
            continue
        at, dedupe = read_time(seconds), f"{id_}:{seconds}:{nanos or 0}"
        if ours:
            events.append(
                replace(
                    base,
                    kind="echo",
                    direction="out",
                    message=name_answer(ours.get("text")),
                    says=join(ours.get("text")),
                    dedupe=f"{dedupe}:reply",
                    at=at,
                    text=raw(ours, "text"),
                    name=None,
                )
            )
            continue
        title, text = _part_from_title(theirs)
        facts = {"version": "appVersionName", "android": "androidOsVersion", "device": "device"}
        standing = {name: known for name, key in facts.items() if (known := word(theirs, key)) is not None}
        events.append(
            replace(
                base,
                dedupe=dedupe,
                at=at,
                subject=title,
                text=text,
                rating=whole(theirs, "starRating"),
                says=join(whole(theirs, "starRating"), theirs.get("originalText") or theirs.get("text")),
                language=word(theirs, "reviewerLanguage"),
                standing=standing,
            )
        )
    return events


def _part_from_title(comment: Given) -> tuple[RawText | None, RawText | None]:
    """A title may stand before a tab; where there is a translation, the customer's own words."""
    text = comment.get("originalText") or comment.get("text")
    if not isinstance(text, str):
        return None, None
    title, tab, rest = text.partition("\t")
    if not tab or not title.strip() or not rest.strip():
        return None, RawText(text.strip()) if text.strip() else None
    return RawText(title.strip()), RawText(rest.strip())
