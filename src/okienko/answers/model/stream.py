"""Reading the answer of `/v1/chat/completions`: server-sent events with pieces of a reply. Pure.

What the other side sends is believed in nothing: not in its length, its encoding, its shape or its counts.
The format: https://html.spec.whatwg.org/multipage/server-sent-events.html, each event's data a JSON object
`{"choices": [{"delta": {"content": "…"}, "finish_reason": null}], "usage": null}`, the last one `[DONE]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson

MOST_BYTES: Final = 256 * 1024  # of an answer, all in all: a reply of 400 tokens takes a tenth of it
MOST_LETTERS: Final = 4000  # of a reply
_MOST_COUNT: Final = 10_000_000  # tokens of one call that anybody may claim

Broken = Literal["garbled", "huge"]


@dataclass(slots=True)
class Stream:
    """A reply as it comes in. `feed` it the body's pieces until it is `over`."""

    text: str = ""
    finished: bool = False  # the model came to its end by itself
    broken: Broken | None = None
    usage: tuple[int, int] | None = None  # tokens read and written, as the other side counts
    over: bool = False
    _rest: bytearray = field(default_factory=bytearray)
    _size: int = 0

    def feed(self, piece: bytes) -> bool:
        """Reads on. Whether more is wanted."""
        if self.over:
            return False
        self._size += len(piece)
        if self._size > MOST_BYTES:
            return self._break("huge")
        self._rest += piece
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            self._read(bytes(line).strip())
            if self.over:
                return False
        return True

    def _read(self, line: bytes) -> None:
        """One line. Comments keep the connection open; fields other than `data` say nothing here."""
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if data == b"[DONE]":
                self.over = True
                return
            try:
                event: Any = orjson.loads(data)
            except orjson.JSONDecodeError:
                self._break("garbled")
                return
            self._take(event)
        elif line and not line.startswith((b":", b"event:", b"id:", b"retry:")):
            self._break("garbled")

    def _take(self, event: Any) -> None:
        match event:
            case {"usage": {"prompt_tokens": int(read), "completion_tokens": int(written)}}:
                if 0 <= read <= _MOST_COUNT and 0 <= written <= _MOST_COUNT:
                    self.usage = read, written
            case _:
                pass
        match event:
            case {"choices": [{"delta": {"content": str(content)}, **choice}, *_]}:
                self.text += content
                self._end(choice.get("finish_reason"))
            case {"choices": [{"delta": {"content": None} | {"role": str()}, **choice}, *_]}:
                self._end(choice.get("finish_reason"))
            case {"choices": [{"delta": {**delta}, **choice}, *_]} if not delta:
                self._end(choice.get("finish_reason"))
            case {"choices": []}:
                pass
            case _:
                self._break("garbled")
        if len(self.text) > MOST_LETTERS:
            self._break("huge")

    def _end(self, reason: object) -> None:
        if reason == "stop":
            self.finished = True
        elif reason is not None:  # cut at its longest, filtered, or calling a tool that nobody gave it
            self._break("garbled")

    def _break(self, why: Broken) -> bool:
        self.broken, self.over = why, True
        return False
