"""The telephone, through Twilio's webhooks: whether Twilio has sent a request, and what it says. Pure.

What is said and heard goes on in `okienko.speak`: a caller waits on the line, so each request is answered with the next
words instead of a bare 200, and nothing is called back.

Signatures: https://www.twilio.com/docs/usage/webhooks/webhooks-security. Requests:
https://www.twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from okienko.channels.event import join
from okienko.channels.vendor import Window
from okienko.folding import fold
from okienko.values import Connection, Hook, RawText, Unreadable

MOST_BYTES: Final = 64 * 1024
MOST_FIELDS: Final = 200
LONGEST_SPEECH: Final = 10_000  # characters: a caller who speaks for ten minutes
_FORM: Final = "application/x-www-form-urlencoded"
_STANDARD: Final = {"https": 443, "http": 80}
_SID: Final = re.compile(r"CA[0-9a-zA-Z]{10,60}")
# Numbers that say that there is none: ANONYMOUS, UNAVAILABLE, BLOCKED, RESTRICTED, UNKNOWN on the keys of a telephone.
_NOBODY: Final = frozenset({"+266696687", "+86282452253", "+2562533", "+7378742833", "+8656696"})
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164

Word = Literal["yes", "no", "more", "1", "2", "3", "4", "5", "6", "7", "8"]
_WORDS: Final[Mapping[str, Word]] = {
    **dict.fromkeys(("tak", "yes", "pomoglo", "tak pomoglo", "yes it did"), "yes"),
    **dict.fromkeys(("nie", "no", "nie pomoglo", "no it did not"), "no"),
    **dict.fromkeys(("dalej", "wiecej", "more", "go on"), "more"),
    **dict.fromkeys(("1", "jeden", "one"), "1"),
    **dict.fromkeys(("2", "dwa", "two"), "2"),
    **dict.fromkeys(("3", "trzy", "three"), "3"),
    **dict.fromkeys(("4", "cztery", "four"), "4"),
    **dict.fromkeys(("5", "piec", "five"), "5"),
    **dict.fromkeys(("6", "szesc", "six"), "6"),
    **dict.fromkeys(("7", "siedem", "seven"), "7"),
    **dict.fromkeys(("8", "osiem", "eight"), "8"),
}
ENDS: Final = frozenset[str]({"completed", "busy", "failed", "no-answer", "canceled"})
_STATES: Final = frozenset[str]({"queued", "initiated", "ringing", "answered", "in-progress"}) | ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What Twilio says in one request."""

    call: str = field(repr=False)  # the call's id: our thread
    caller: RawText | None = None  # the number, where there is one
    said: RawText | None = None  # what was understood of the caller's words, or keys that are more than a choice
    pressed: str = ""  # one key: 0 to 9, * or #
    word: Word | None = None  # what was said, where that is one of a few words
    state: str = ""
    sequence: int | None = None  # of reports on the call: the later, the higher
    seconds: int | None = None  # that the call has lasted, or the one that it was connected to
    dialled: str = ""  # what became of connecting to a person
    key: str = field(default="", repr=False)  # equal for the same request, when Twilio sends it again


def sign(token: str, url: str, fields: Mapping[str, list[str]]) -> str:
    """The value of `X-Twilio-Signature`: names in order of their bytes, of equal values one."""
    said = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    # A token that somebody has pasted may hold anything; what cannot be encoded is no token.
    digest = hmac.digest(token.encode("utf-8", "replace"), (url + said).encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(digest).decode()


@final
class Voice:
    """The channel."""

    name = "voice"
    opens = True
    limited = False
    most_bytes = MOST_BYTES
    # Nobody reads what is written once the call is over: the desk has no answer for it, and whoever called is called.
    window = Window(free=timedelta(0))
    rate = 1.0
    pace = timedelta(0)
    patience = timedelta(0)

    def verify(self, hook: Hook, connection: Connection, now: datetime) -> bool:
        """Whether one of the account's tokens has signed it; without a token, nothing is taken."""
        del now
        given = connection.given
        tokens = [token for name in ("auth_token", "old_auth_token") if (token := given.get(name, ""))]
        signature = hook.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        if not tokens or not signature or hook.method != "POST":
            return False
        fields = _read_signed(hook)
        if fields is None:
            return False
        expected = [sign(token, url, fields).encode() for token in tokens for url in _addresses(hook.url)]
        # All are compared, whichever fits.
        return sum([hmac.compare_digest(one, signature) for one in expected]) > 0


def read_request(hook: Hook) -> Request:
    """What a verified request says. Raises `Unreadable` where no call is named. What is not known is left out."""
    fields = {name: values[-1] for name, values in _read_form(hook.body).items()}
    call = fields.get("CallSid", "")
    if not _SID.fullmatch(call):
        raise Unreadable(f"a form of {len(fields)} fields without a call")
    digits = re.sub(r"[^0-9*#]", "", fields.get("Digits", ""))[:40]
    heard = fields.get("SpeechResult", "").strip()[:LONGEST_SPEECH]
    said = (digits if len(digits) > 1 else "") or heard  # many keys may be a card's number: masked like words
    caller = fields.get("From", "").strip()
    parts = urlsplit(hook.url)
    return Request(
        call=call,
        caller=RawText(caller) if _NUMBER.fullmatch(caller) and caller not in _NOBODY else None,
        said=RawText(said) if said else None,
        pressed=digits if len(digits) == 1 else "",
        word=_WORDS.get(fold(heard).strip(" .!?")),
        state=state if (state := fields.get("CallStatus", "")) in _STATES else "",
        sequence=_whole(fields.get("SequenceNumber", "")),
        seconds=_whole(fields.get("DialCallDuration") or fields.get("CallDuration") or ""),
        dialled=fields.get("DialCallStatus", "")[:20],
        # Of what is signed alone: Twilio's own token for repeats stands in a header that nobody signs. Every request of
        # a call but a repeat differs in the address, for it has the number of the step.
        key=join(call, parts.path, parts.query, digits, fields.get("SequenceNumber"), fields.get("CallStatus")),
    )


def _read_signed(hook: Hook) -> Mapping[str, list[str]] | None:
    """The fields that are signed with the address. A body that is no form is signed by its hash in the address."""
    found = re.search(r"[?&]bodySHA256=([0-9a-fA-F]{64})(?:&|$)", hook.url)
    if found is not None:
        digest = hashlib.sha256(hook.body).hexdigest()
        return {} if hmac.compare_digest(digest, found[1].lower()) else None
    if hook.body and not hook.headers.get("content-type", "").lower().startswith(_FORM):
        return None
    return _read_form(hook.body)


def _read_form(body: bytes) -> dict[str, list[str]]:
    """Names with their values; of a body that is no form, none."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _addresses(url: str) -> Iterator[str]:
    """The address as it is, and with and without the port that goes without saying: Twilio signs either."""
    yield url
    try:
        parts = urlsplit(url)
        port, standard = parts.port, _STANDARD.get(parts.scheme)
    except ValueError:
        return
    if port is None and standard is not None and parts.netloc:
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc}:{standard}"))
    elif port is not None and port == standard:
        yield urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(f":{port}")))


def _whole(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else None


ADAPTER: Final = Voice()
