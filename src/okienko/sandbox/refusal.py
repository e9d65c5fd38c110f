"""How vendors say no: the status and the body of each, as a client may depend on them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is no."""

    status: int
    body: Body
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def graph(
    code: int,
    subcode: int | None = None,
    *,
    message: str = "Invalid parameter",
    status: int = 400,
    transient: bool = False,
    details: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Refusal:
    """Meta's. `details`: WhatsApp's."""
    error: dict[str, object] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    if transient:
        error["is_transient"] = True
    if details is not None:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return Refusal(status=status, body={"error": {**error, "fbtrace_id": "sandbox"}}, headers=headers or {})


def google(status: int, message: str, name: str, reason: str = "badRequest") -> Refusal:
    """Google Play's."""
    errors = [{"reason": reason, "domain": "global", "message": message}]
    return Refusal(
        status=status, body={"error": {"code": status, "message": message, "status": name, "errors": errors}}
    )


def apple(status: int, code: str, title: str, *, pointer: str | None = None) -> Refusal:
    """The App Store's."""
    error: dict[str, object] = {"id": "sandbox", "status": str(status), "code": code, "title": title, "detail": title}
    if pointer is not None:
        error["source"] = {"pointer": pointer}
    return Refusal(status=status, body={"errors": [error]})


def twilio(status: int, code: int, message: str) -> Refusal:
    """Twilio's."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Refusal(status=status, body={"code": code, "message": message, "more_info": more, "status": status})


def find_unknown(given: Collection[str], allowed: Collection[str]) -> str | None:
    """The first field that the vendor does not know."""
    return next(iter(sorted(set(given) - set(allowed))), None)
