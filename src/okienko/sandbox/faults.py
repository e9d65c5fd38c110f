"""Faults on demand: what the next calls of a vendor are answered instead. Pure; time is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from okienko.values import Malformed

Kind = Literal["limit", "error", "code", "drop_before", "drop_after", "delay", "expired", "html"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_KIND_OF: Final[Mapping[str, Kind]] = {kind: kind for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, how often, or until when.

    limit: 429 with `Retry-After`; error: a 5xx; code: the vendor's refusal with `code` and `subcode`; drop_before and
    drop_after: the line breaks, and nothing, or everything, has happened; delay: it takes `seconds`; expired: the token
    has ended; html: a proxy's page.
    """

    vendor: str
    kind: Kind
    status: int = 500
    code: int = 2
    subcode: int | None = None
    seconds: float = 60.0  # of the delay, or after which one may come again
    times: int | None = 1  # None: until `until`
    until: datetime | None = None


class Faults:
    """What was asked for and has not happened yet, the oldest first."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []

    def ask(self, fault: Fault) -> None:
        """One more."""
        self._asked.append(fault)

    def clear(self) -> None:
        """All is well."""
        self._asked.clear()

    def list(self, now: datetime) -> tuple[Fault, ...]:
        """What is still to happen."""
        self._asked = [fault for fault in self._asked if fault.until is None or now < fault.until]
        return tuple(self._asked)

    def take(self, vendor: str, now: datetime, *, counted: bool) -> Fault | None:
        """What happens to a call of this vendor now. `counted`: also faults that happen so many times."""
        for nth, fault in enumerate(self.list(now)):
            if fault.vendor == vendor and (counted or fault.times is None):
                if fault.times is not None and fault.times <= 1:
                    del self._asked[nth]
                elif fault.times is not None:
                    self._asked[nth] = replace(fault, times=fault.times - 1)
                return fault
        return None


def read_fault(given: Mapping[str, object], now: datetime) -> Fault:
    """A fault as `POST /_script` describes it: `vendor`, `kind`, and what the kind needs; `times` (1) or `for_seconds`.

    Raises `Malformed`.
    """
    vendor, kind = given.get("vendor"), _KIND_OF.get(str(given.get("kind")))
    if not isinstance(vendor, str) or kind is None:
        raise Malformed(f"expected a vendor and a kind: {', '.join(KINDS)}")
    unknown = sorted(given.keys() - {"vendor", "kind", "status", "code", "subcode", "seconds", "times", "for_seconds"})
    if unknown:
        raise Malformed(f"not known: {', '.join(unknown)}")
    lasting = _number(given, "for_seconds", None)
    seconds = _number(given, "seconds", 60.0 if kind == "limit" else 1.0)
    subcode = _number(given, "subcode", None)
    return Fault(
        vendor=vendor,
        kind=kind,
        status=int(_number(given, "status", 500) or 500),
        code=int(_number(given, "code", 2) or 0),
        subcode=None if subcode is None else int(subcode),
        seconds=seconds or 0.0,
        times=None if lasting is not None else int(_number(given, "times", 1) or 1),
        until=None if lasting is None else now + timedelta(seconds=lasting),
    )


def _number(given: Mapping[str, object], key: str, default: float | None) -> float | None:
    value = given.get(key, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10_000_000:
        raise Malformed(f"{key} must be a number")
    return float(value)
