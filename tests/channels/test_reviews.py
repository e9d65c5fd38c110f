"""Reviews of the two shops of applications: what is new, what was changed, what was answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from okienko.channels.app_store.events import read_events as read_apple
from okienko.channels.event import Event
from okienko.channels.google_play.events import read_events as read_google
from okienko.values import Unreadable

MOMENT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def google(*comments: dict[str, Any]) -> bytes:
    return orjson.dumps({"reviews": [{"reviewId": "r1", "authorName": "Anna", "comments": list(comments)}]})


def theirs(text: str, *, seconds: str = "1700000000", **more: Any) -> dict[str, Any]:
    comment = {"text": text, "starRating": 2, "lastModified": {"seconds": seconds, "nanos": 7}, **more}
    return {"userComment": comment}


def texts(event: Event) -> tuple[str | None, str | None]:
    return tuple(None if one is None else one.reveal() for one in (event.subject, event.text))  # pyright: ignore[reportReturnType]


def test_a_review_in_google_play_with_what_was_answered() -> None:
    ours = {"developerComment": {"text": "Dziękujemy", "lastModified": {"seconds": 1700000001}}}
    review, answer = read_google(google(theirs("Wiesza się\tpo aktualizacji", appVersionName="2.1"), ours)).events
    assert (review.kind, review.thread, review.at, review.rating) == ("review", "r1", MOMENT, 2)
    assert texts(review) == ("Wiesza się", "po aktualizacji")
    assert review.standing == {"version": "2.1"}
    assert (answer.kind, answer.direction, texts(answer)) == ("echo", "out", (None, "Dziękujemy"))
    assert answer.dedupe != review.dedupe


def test_a_review_that_was_changed_is_another_report_of_the_same() -> None:
    (first,), (again,), (later,) = (
        read_google(google(theirs("źle", seconds=seconds))).events
        for seconds in ("1700000000", "1700000000", "1700000009")
    )
    assert first.dedupe == again.dedupe != later.dedupe
    assert first.thread == later.thread
    assert texts(read_google(google(theirs("bad", originalText="źle"))).events[0]) == (None, "źle")


def apple(body: str = "źle", **more: Any) -> dict[str, Any]:
    facts = {
        "rating": 1,
        "title": "Nie działa",
        "body": body,
        "createdDate": "2023-11-14T22:13:20Z",
        "territory": "POL",
    }
    return {"type": "customerReviews", "id": "a1", "attributes": facts, **more}


def test_a_review_in_the_app_store_with_what_was_answered() -> None:
    link = {"response": {"data": {"type": "customerReviewResponses", "id": "p1"}}}
    facts = {"responseBody": "Dziękujemy", "state": "PENDING_PUBLISH", "lastModifiedDate": "2023-11-14T22:13:20Z"}
    answer = {"type": "customerReviewResponses", "id": "p1", "attributes": facts}
    review, echo = read_apple(orjson.dumps({"data": [apple(relationships=link)], "included": [answer]})).events
    assert (review.kind, review.thread, review.at, review.rating) == ("review", "a1", MOMENT, 1)
    assert (texts(review), review.standing) == (("Nie działa", "źle"), {"territory": "POL"})
    assert (echo.kind, echo.thread, echo.standing) == ("echo", "a1", {"state": "PENDING_PUBLISH"})
    (other,) = read_apple(orjson.dumps({"data": [apple("gorzej")]})).events
    assert other.dedupe != review.dedupe
    (alone,) = read_apple(orjson.dumps({"data": answer})).events
    assert alone.dedupe == echo.dedupe


def test_a_page_without_reviews_is_nothing_to_do() -> None:
    assert read_google(b'{"tokenPagination": {"nextPageToken": "x"}}').ignored
    assert read_google(b'{"reviews": []}').events == ()
    assert read_apple(b'{"data": []}').ignored


def test_one_that_is_broken_leaves_the_others() -> None:
    reading = read_apple(orjson.dumps({"data": [apple(), {"type": "apps", "id": "1"}, 7, apple()]}))
    assert (len(reading.events), len(reading.unparsed)) == (2, 2)
    page = orjson.loads(google(theirs("źle")))
    page["reviews"] += [{"reviewId": "r2"}, None]
    assert (len(read_google(orjson.dumps(page)).events), len(read_google(orjson.dumps(page)).unparsed)) == (1, 2)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"error": {"code": 429}}', b'{"errors": []}', b"[1]"])
def test_what_is_no_page_is_told_by_its_shape(body: bytes) -> None:
    for read in (read_google, read_apple):
        with pytest.raises(Unreadable):
            read(body)
