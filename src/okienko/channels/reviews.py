"""What the reviews of all shops have in common: how one reads, and what an answer to a call means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from okienko.channels.event import Event, join
from okienko.values import Failed, Inbound, RawText

MOST_STARS: Final = 5


def write_inbound(event: Event, *, facts: Sequence[str] = ()) -> Inbound | None:
    """The message that a review is: stars and title, what was written, and facts about the device that the bot does not
    read. Who wrote it is left out: everybody reads the answer, and no name is a person's for certain.
    """
    if event.kind != "review" or event.direction != "in":
        return None
    stars = max(0, min(event.rating or 0, MOST_STARS))
    said = [] if event.text is None else [event.text]
    head = [RawText("★" * stars + "☆" * (MOST_STARS - stars)), *([] if event.subject is None else [event.subject])]
    return Inbound(
        event=event.dedupe,
        thread=event.thread,
        text=RawText.joined("\n\n", [RawText.joined(" ", head), *said]),
        language=event.language,
        more=RawText(" · ".join(facts)) if facts else None,
        at=event.at,
        public=True,
    )


def fail(status: int, *, limited: bool) -> Failed:
    """What an answer other than 2xx means. `limited`: the vendor says that it was too much for now. How long it wants
    us to wait is read from its headers by whoever has a clock.
    """
    if limited or status in {408, 425, 429} or status >= 500:
        reason = "the shop has had too many calls" if limited or status == 429 else f"the shop answers {status}"
        return Failed(reason=reason, permanent=False)
    if status in {401, 403}:
        return Failed(reason="the shop does not accept our access", permanent=False, trouble="sign_in")
    if status == 404:
        return Failed(reason="the review is gone", permanent=True)
    return Failed(reason=f"the shop does not accept the answer ({status})", permanent=True)


def name_answer(text: object) -> str | None:
    """What an answer is known by: its words. No shop names one when it takes it as it does when it lists it."""
    return join("answer", text.strip()) if isinstance(text, str) and text.strip() else None
