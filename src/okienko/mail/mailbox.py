"""The demo's post: letters stay in this process's memory, where its visitors read them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from okienko.values import Sent

MOST: Final = 50  # letters; beyond, the oldest are forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A letter that would have been sent."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class Mailbox:
    """A post that sends nothing."""

    sender = "okienko@demo.example"

    def __init__(self) -> None:
        self._letters: deque[Delivered] = deque(maxlen=MOST)

    async def send(self, message: EmailMessage) -> Sent:
        """Keeps it to be looked at."""
        body = message.get_body()
        text = "" if body is None else str(body.get_content())
        self._letters.appendleft(Delivered(to=str(message["To"]), subject=str(message["Subject"]), text=text))
        return Sent(receipt="")

    @property
    def letters(self) -> Sequence[Delivered]:
        """The newest first."""
        return tuple(self._letters)
