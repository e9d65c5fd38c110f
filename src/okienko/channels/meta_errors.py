"""What Meta's errors mean: one table for Messenger, Instagram and WhatsApp, for answers to calls and for reports later.

Codes and subcodes decide, never Meta's words, which may quote what was sent. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from okienko.channels.event import Trouble
from okienko.channels.given import Given, is_true, part, parts, read_objects, real
from okienko.channels.graph import read_trouble
from okienko.values import Failed, Unreadable, Unsure

Meaning = Literal["again", "sign_in", "paused", "window", "elsewhere", "customer", "content", "unsure"]

_REASONS: Final[Mapping[Meaning, str]] = {
    "again": "the vendor is busy or away",
    "sign_in": "the vendor does not accept our access",
    "paused": "the vendor has paused the account",
    "window": "the time for answering is over",
    "elsewhere": "another program has the conversation",
    "customer": "the vendor cannot reach this customer",
    "content": "the vendor does not accept the message",
    "unsure": "the vendor does not know whether it was sent",
}
_WAIT: Final[Mapping[Meaning, float]] = {"paused": 3600.0}  # seconds, where the vendor says nothing
_PAIR: Final = 131056  # too many messages to one person …
_PAIR_WAIT: Final = 6.0  # … so many seconds between two


def _spread(meanings: Mapping[Meaning, Iterable[int]]) -> dict[int, Meaning]:
    return {code: meaning for meaning, codes in meanings.items() for code in codes}


_BY_CODE: Final = _spread({
    "again": [
        *(1, 2, 4, 17, 32, 341, 613, 2022),
        *range(80001, 80015),
        *(130429, 131000, 131016, _PAIR, 131057, 133016, 135000),
    ],
    "sign_in": [0, 3, 10, 102, 190, *range(200, 300), 131005, 131031, 131042, 131045, 133010],
    "paused": [368, 131048, 131064],
    "window": [131047],
    "customer": [551, 130472, 130497, 131021, 131026, 131030, 131049, 131050, 131062],
    "content": [
        *(27, 100, 10900, 10903, 10904, 2018027, 2018028, 2018032),
        *(131008, 131009, 131037, 131051, 131052, 131053, 131063),
        *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 137000),
    ],
})  # fmt: skip
_BY_SUBCODE: Final[Mapping[tuple[int, int], Meaning]] = {
    (1, 1357046): "unsure",
    (10, 1893063): "paused",
    (10, 2018278): "window",
    (10, 2534022): "window",
    (10, 2018300): "elsewhere",
    (100, 2018001): "customer",
    (100, 2534014): "customer",
    (100, 2534029): "customer",
}


def find_meaning(trouble: Trouble, *, transient: bool = False) -> Meaning | None:
    """What an error is about; None where nobody knows it. `transient`: the vendor says that it will pass."""
    by_subcode = None if trouble.subcode is None else _BY_SUBCODE.get((trouble.code, trouble.subcode))
    if by_subcode is not None:
        return by_subcode
    if transient:
        return "again"
    if trouble.code == 10 and trouble.subcode is not None:
        return "content"  # a permission that this one message would need: the next one may go
    return _BY_CODE.get(trouble.code)


def explain(trouble: Trouble, *, transient: bool = False, wait: float | None = None) -> Failed | Unsure:
    """What becomes of a message for which the vendor reports this. An unknown error is not worth another try.

    `wait`: for how many seconds the vendor asks us to wait.
    """
    meaning = find_meaning(trouble, transient=transient)
    code = f"{trouble.code}" if trouble.subcode is None else f"{trouble.code}/{trouble.subcode}"
    reason = f"{_REASONS[meaning or 'content']} (code {code})"
    match meaning:
        case "unsure":
            return Unsure(reason=reason)
        case "again":
            pause = _PAIR_WAIT if trouble.code == _PAIR and wait is None else wait
            return Failed(reason=reason, permanent=False, retry_after=pause)
        case "sign_in" | "paused":
            pause = _WAIT.get(meaning) if wait is None else wait
            return Failed(reason=reason, permanent=False, retry_after=pause, trouble=meaning)
        case "window" | "elsewhere":
            return Failed(reason=reason, permanent=True, trouble=meaning)
        case "customer" | "content" | None:
            return Failed(reason=reason, permanent=True)


def read_failure(status: int, headers: Mapping[str, str], body: bytes) -> Failed | Unsure:
    """What a refused call means: by the error in its body, else by the status alone."""
    wait = read_wait(headers)
    error = _read_error(body)
    trouble = read_trouble(error)
    if trouble is not None and find_meaning(trouble, transient=is_true(error, "is_transient")) is not None:
        return explain(trouble, transient=is_true(error, "is_transient"), wait=wait)
    named = f"answered {status}" if trouble is None else f"answered {status} (code {trouble.code})"
    if status in {408, 425, 429} or status >= 500:
        return Failed(reason=named, permanent=False, retry_after=wait)
    if status == 401:
        return Failed(reason=named, permanent=False, trouble="sign_in")
    return Failed(reason=named, permanent=True)


def _read_error(body: bytes) -> Given:
    try:
        return part(read_objects(body)[0], "error")
    except Unreadable:
        return {}


def read_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that the vendor asks us to wait: of `Retry-After`, or the longest that its usage headers name."""
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit() and len(after) < 9:
        return float(after)
    minutes = [
        minute
        for name in ("x-business-use-case-usage", "x-page-usage", "x-app-usage")
        for minute in _read_minutes(headers.get(name, ""))
    ]
    return max(minutes) * 60 if minutes else None


def _read_minutes(written: str) -> list[float]:
    """`estimated_time_to_regain_access`, wherever it stands in a usage header, where it is not zero."""
    try:
        found = read_objects(written.encode("utf-8", "replace"))
    except Unreadable:
        return []
    usages = [usage for given in found for key in given for usage in parts(given, key)]
    minutes = [real(usage, "estimated_time_to_regain_access") for usage in (*found, *usages)]
    return [minute for minute in minutes if minute]
