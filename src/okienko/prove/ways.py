"""The ways into a desk, each used with every kind of data: as customers, agents, programs and accidents use them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg

from okienko.bench.bench import wait_for
from okienko.channels.webhook.adapter import sign
from okienko.opening import now
from okienko.prove.desk import BRAND, CHAT, HOOK, PATIENCE, SECRET, Answer, Desk, Refused
from okienko.prove.kinds import Chance, Kind, Value
from okienko.prove.needles import Plant
from okienko.values import ARTICLE, Language

CHAT_HOOK: Final = f"/hooks/webchat/{CHAT}"
WEBHOOK: Final = f"/hooks/webhook/{HOOK}"
FEEDBACK: Final = f"/help/{BRAND}/pl/articles/zwrot-pieniedzy/feedback"
SEARCH: Final = f"/help/{BRAND}/pl/search"
OUTGOING: Final = "outgoing requests"
BIG: Final = 2 << 20  # bytes: more than anybody takes
LANGUAGES: Final[Sequence[Language]] = ("pl", "en")

BUSY: Final = """
select (select count(*) from okienko.lane where answered < arrived)
  + (select count(*) from okienko.outbox where state in ('waiting', 'sending'))
"""

LATEST: Final = "select reference from okienko.conversation where channel = 'webhook' order by id desc limit 1"


@dataclass(slots=True, kw_only=True)
class Planter:
    """Makes values, hands them to the ways, and remembers which went where."""

    chance: Chance
    kinds: Sequence[Kind]
    plants: list[Plant] = field(default_factory=list[Plant])
    errors: list[bytes] = field(default_factory=list[bytes])  # what refused requests were answered

    def each(
        self, way: str, language: Language | None = None, *, may_be: Sequence[str] = (), every: int = 1
    ) -> Iterator[tuple[str, Value, Language]]:
        """(sentence, value, language) for every kind; the languages take turns when none is given."""
        for n, kind in enumerate(self.kinds[::every]):
            spoken = language or LANGUAGES[n % 2]
            value = kind.make(self.chance, spoken)
            self.plants.append(Plant(kind=kind.name, way=way, needles=value.needles, may_be=frozenset(may_be)))
            yield kind.say(value, spoken), value, spoken

    def refused(self, *answers: Answer) -> None:
        """Keeps what a refusal says: it must not quote."""
        self.errors += [answer.body for answer in answers if answer.status >= 400]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A web chat, as its window holds it."""

    token: Mapping[str, str]
    reference: str


# customers ----------------------------------------------------------------------------------------------------------


def begin_chat(desk: Desk, language: Language, text: str = "") -> Chat:
    """A conversation, after its first words were looked at and nothing was stored."""
    start = f"/chat/{CHAT}/start"
    if text:
        desk.json(start, {"language": language, "text": text, "seen": []})
    token = orjson.loads(desk.json(start, {"language": language}).body)["token"]
    headers = {"authorization": f"Bearer {token}"}
    update = desk.hear(f"/chat/{CHAT}/stream?lang={language}", headers)
    return Chat(token=headers, reference=update["state"]["reference"])


def write(desk: Desk, chat: Chat, text: str, **more: Any) -> Answer:
    """A message of the window: shown to its writer first, then sent."""
    message = {"id": str(uuid4()), "kind": "text", "text": text, **more}
    answer = desk.json(CHAT_HOOK, {**message, "seen": []}, chat.token)
    return desk.json(CHAT_HOOK, message, chat.token) if answer.status == 409 else answer


def ask(desk: Desk, chat: Chat, question: str) -> dict[str, Any]:
    """Asks, picks the first article if several are offered, and waits for the bot's answer."""
    write(desk, chat, question).must(200)
    picked: set[str] = set()

    def look() -> dict[str, Any] | None:
        update = desk.hear(f"/chat/{CHAT}/stream?lang=pl", chat.token)
        messages: list[dict[str, Any]] = update["messages"] if update else []
        for message in messages:
            if message["kind"] == "clarify" and not picked:
                offered = next(choice for choice in message["choices"] if choice["slug"].startswith(ARTICLE))
                picked.add(offered["slug"])
                write(desk, chat, offered["name"] or "-", kind="choice", choice=offered["slug"]).must(200)
        return next((message for message in messages if message["kind"] == "answer"), None)

    return wait_for(look, PATIENCE)


def chat_in(language: Language) -> Callable[[Desk, Planter], None]:
    """Every kind in messages of a web chat."""

    def chat(desk: Desk, planter: Planter) -> None:
        open_chat: Chat | None = None
        for text, _, _ in planter.each(f"web chat ({language})", language):
            open_chat = open_chat or begin_chat(desk, language, text)
            write(desk, open_chat, text, language=language).must(200)

    return chat


def chat_fields(desk: Desk, planter: Planter) -> None:
    """Values where none belong: in the other fields of a message, and in a request's headers."""
    chat = begin_chat(desk, "pl")
    for _, value, _ in planter.each("web chat: other fields"):
        typed = value.typed
        message = {"id": str(uuid4()), "kind": "choice", "text": "Konto", "choice": typed[:64], "language": typed}
        desk.json(CHAT_HOOK, {**message, "seen": [typed], typed: typed}, chat.token).must(200, 409)
        desk.json(f"/chat/{CHAT}/language", {"language": typed}, chat.token)
    for _, value, _ in planter.each("request headers"):
        plain = value.typed.encode().decode("latin-1")
        headers = {"user-agent": plain, "referer": plain, "x-forwarded-for": plain, "cookie": f"okienko-desk={plain}"}
        desk.call("GET", f"/chat/{CHAT}", headers={**headers, "accept-language": plain})
        desk.call("GET", "/desk", headers=headers)


def ratings(desk: Desk, planter: Planter) -> None:
    """Comments on an answer of the bot, and on an article."""
    chat = begin_chat(desk, "pl")
    answered = ask(desk, chat, "ile trwa zwrot pieniędzy?")["id"]
    for text, _, _ in planter.each("rating of an answer"):
        body = {"message": answered, "helped": False, "reason": "wrong", "comment": text}
        desk.json(f"/chat/{CHAT}/feedback", body, chat.token).must(200)
    for text, _, _ in planter.each("rating of an article"):
        desk.form(FEEDBACK, {"helped": "no", "reason": "unclear", "comment": text}).must(303)


def contacts(desk: Desk, planter: Planter) -> None:
    """Left as a way to be reached."""
    chat = begin_chat(desk, "pl")
    write(desk, chat, "proszę o rozmowę z człowiekiem", kind="person").must(200)
    for _, value, _ in planter.each("contact"):
        desk.json(f"/chat/{CHAT}/contact", {"value": value.typed}, chat.token).must(200, 400)


def attachments(desk: Desk, planter: Planter) -> None:
    """Text files, taken along by a message and opened at the desk; and files that are refused."""
    chat = begin_chat(desk, "pl")
    upload = f"/chat/{CHAT}/attachments"
    sent: list[str] = []
    for text in join([text for text, _, _ in planter.each("attachment")], 300):
        answer = desk.call("POST", upload, text.encode(), {**chat.token, "content-type": "text/plain"})
        id_ = orjson.loads(answer.must(201).body)["id"]
        write(desk, chat, "w załączniku", attachments=[id_]).must(200)
        sent.append(id_)
        planter.refused(desk.call("POST", upload, b"MZ\0\1" + text.encode(), chat.token))
    talk = f"/desk/conversations/{BRAND}/{chat.reference}"
    csrf = desk.token(desk.page(talk))
    desk.form(f"{talk}/take-over", {"csrf": csrf}).must(303)
    for id_ in sent:
        desk.form(f"{talk}/attachment", {"csrf": csrf, "attachment": id_}).must(200)


def searches(desk: Desk, planter: Planter) -> None:
    """Search terms of the help centre."""
    for text, _, _ in planter.each("help-centre search"):
        desk.form(SEARCH, {"question": text}).must(200)


# other programs -----------------------------------------------------------------------------------------------------


def sign_for(body: bytes) -> dict[str, str]:
    """Headers of a genuine delivery."""
    event, timestamp = str(uuid4()), str(int(now().timestamp()))
    signature = sign(SECRET, event, timestamp, body)
    return {"webhook-id": event, "webhook-timestamp": timestamp, "webhook-signature": signature}


def deliver(desk: Desk, body: Any) -> Answer:
    """A signed message of the brand's own application."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return desk.call("POST", WEBHOOK, raw, sign_for(raw))


def webhook(desk: Desk, planter: Planter) -> None:
    """Every kind in messages of the brand's application; then as its ids, which go back to it and nowhere else."""
    for language in LANGUAGES:
        for text, _, _ in planter.each(f"webhook ({language})", language):
            body = {"conversation": f"room-{language}", "sender": "u1", "text": text, "language": language}
            deliver(desk, body).must(200)
    for _, value, language in planter.each("webhook: ids", may_be=[OUTGOING]):
        body = {"conversation": value.typed, "sender": value.typed, "text": "zwrot pieniędzy", "language": language}
        deliver(desk, body).must(200)


# agents -------------------------------------------------------------------------------------------------------------


def agents(desk: Desk, planter: Planter) -> None:
    """A conversation from its question to its end; replies, notes, searches and reasons in between."""
    chat = begin_chat(desk, "pl")
    ask(desk, chat, "ile trwa zwrot pieniędzy?")
    write(desk, chat, "proszę pisać na ola.zwykla@poczta.example").must(200)
    write(desk, chat, "Porozmawiaj z człowiekiem", kind="person").must(200)
    talk = f"/desk/conversations/{BRAND}/{chat.reference}"
    csrf = desk.token(desk.page(talk))
    desk.form(f"{talk}/take-over", {"csrf": csrf}).must(303)
    for text, _, _ in planter.each("agent's reply"):
        reply(desk, talk, csrf, text)
    for text, _, _ in planter.each("agent's note"):
        note = {"csrf": csrf, "once": str(uuid4()), "as": "note", "text": text}
        desk.form(f"{talk}/say", note).must(303)
    for text, value, _ in planter.each("desk search"):
        desk.form("/desk/search", {"csrf": csrf, "words": value.typed}).must(200)
        desk.form("/desk/search", {"csrf": csrf, "words": text}).must(200)
    items = re.findall(r'name="item" value="([^"]+)"', desk.page(talk).text)
    if desk.masked and not items:
        raise Refused("the desk shows nothing that could be revealed")
    desk.prove_it_is_she(csrf)
    # Twenty reveals an hour are the most: several kinds share a reason.
    for reason in join([text for text, _, _ in planter.each("reason for a reveal")], 300) if items else []:
        desk.form(f"{talk}/reveal", {"csrf": csrf, "item": items[0], "reason": reason}).must(200)
    desk.form(f"{talk}/close", {"csrf": csrf}).must(303)
    desk.call("GET", f"/chat/{CHAT}/transcript", headers=chat.token).must(200)


def replies_outside(desk: Desk, planter: Planter) -> None:
    """Replies that leave by the webhook: their customer reads them in clear, and nobody else does."""
    deliver(desk, {"conversation": "room-agent", "sender": "u2", "text": "człowieka proszę", "kind": "person"}).must(
        200
    )
    with psycopg.connect(desk.superuser) as connection:
        row = connection.execute(LATEST).fetchone()
    if row is None:
        raise Refused("the webhook has begun no conversation")
    talk = f"/desk/conversations/{BRAND}/{row[0]}"
    csrf = desk.token(desk.page(talk))
    desk.form(f"{talk}/take-over", {"csrf": csrf}).must(303)
    for text, _, _ in planter.each("agent's reply by webhook", may_be=[OUTGOING]):
        reply(desk, talk, csrf, text)


def join(texts: Sequence[str], most: int) -> list[str]:
    """The texts in as few as possible of at most so many characters."""
    joined: list[str] = []
    for text in texts:
        if joined and len(joined[-1]) + len(text) + 2 <= most:
            joined[-1] += f". {text}"
        else:
            joined.append(text)
    return joined


def reply(desk: Desk, talk: str, csrf: str, text: str) -> None:
    """An agent's reply; where the desk first shows what will be hidden, the agent agrees."""
    fields = {"csrf": csrf, "once": str(uuid4()), "as": "reply", "text": text}
    answer = desk.form(f"{talk}/say", fields).must(200, 303)
    if answer.status == 200:
        shown = re.search(r'name="seen" value="([^"]+)"', answer.text)
        if shown is None:
            raise Refused("the desk asks something about a reply that nobody here can answer")
        desk.form(f"{talk}/say", {**fields, "seen": shown[1]}).must(303)


def sign_ins(desk: Desk, planter: Planter) -> None:
    """Typed where the login belongs: a few, for every failure takes half a second, and twenty a minute are the most."""
    for _, value, _ in planter.each("sign-in", every=9):
        desk.form("/desk/sign-in", {"login": value.typed, "password": value.typed})


# accidents ----------------------------------------------------------------------------------------------------------


def malformed(desk: Desk, planter: Planter) -> None:
    """Requests that cannot be understood."""
    chat = begin_chat(desk, "pl")
    for text, value, _ in planter.each("malformed requests"):
        broken = orjson.dumps({"id": str(uuid4()), "kind": "text", "text": text})[:-1]
        planter.refused(
            desk.call("POST", CHAT_HOOK, broken, chat.token),
            desk.json(CHAT_HOOK, {"id": text, "kind": text, "text": text}, chat.token),
            desk.json(CHAT_HOOK, {"id": str(uuid4()), "kind": "text", "text": [text]}, chat.token),
            desk.json(CHAT_HOOK, {"id": str(uuid4()), "kind": "text", "text": text}, {"authorization": "Bearer x"}),
            desk.call("POST", CHAT_HOOK, text.encode() + b"\xff\xfe", chat.token),
            desk.call("POST", f"/chat/{CHAT}/start", broken),
            desk.call("POST", f"/chat/{CHAT}/contact", broken, chat.token),
            desk.json(f"/chat/{CHAT}/feedback", {"message": text, "helped": True}, chat.token),
            desk.json(WEBHOOK, {"conversation": "c", "sender": "s", "text": text}),
            deliver(desk, text.encode()),
            deliver(desk, {"conversation": 7, "text": [text], value.typed: {value.typed: text}}),
            desk.call("POST", SEARCH, text.encode(), {"content-type": "application/x-www-form-urlencoded"}),
            desk.call("POST", SEARCH, text.encode(), {"content-type": "text/plain"}),
            desk.call("GET", "/help/" + "".join(f"%{byte:02x}" for byte in value.typed.encode())),
            desk.call("GET", f"/chat/{CHAT}/stream?lang=" + "".join(f"%{byte:02x}" for byte in text.encode())),
        )
        # What PostgreSQL cannot hold: the zero character, and half of a pair.
        desk.json(CHAT_HOOK, {"id": str(uuid4()), "kind": "text", "text": f"\0{text}"}, chat.token)
        half = b'{"id": "%b", "kind": "text", "text": "\\ud800 %b"}' % (str(uuid4()).encode(), text.encode())
        desk.call("POST", CHAT_HOOK, half, chat.token)


def oversized(desk: Desk, planter: Planter) -> None:
    """Requests that are too large, also as a file in a form."""
    chat = begin_chat(desk, "pl")
    for text, _, _ in planter.each("oversized requests"):
        plain = text.encode()
        long = plain * (40_000 // len(plain))
        huge = plain * (BIG // len(plain)) if len(planter.plants) % 9 == 0 else long * 2
        field_, file = (
            b'--b\r\ncontent-disposition: form-data; name="question"' + more + b"\r\n\r\n" + huge + b"\r\n--b--\r\n"
            for more in (b"", b'; filename="a.txt"')
        )
        multipart = {"content-type": "multipart/form-data; boundary=b"}
        planter.refused(
            desk.json(CHAT_HOOK, {"id": str(uuid4()), "kind": "text", "text": long.decode()}, chat.token),
            desk.json(CHAT_HOOK, {"id": str(uuid4()), "kind": "text", "text": (text + " ") * 60}, chat.token),
            deliver(desk, {"conversation": "room-pl", "sender": "u1", "text": huge.decode()}),
            desk.call("POST", SEARCH, field_, multipart),
            desk.call("POST", SEARCH, file, multipart),
            desk.call("GET", "/help/", headers={"x-long": long.decode("latin-1")}),
        )


def database_away(desk: Desk, planter: Planter) -> None:
    """Messages while the database is ended and started again."""
    chat = begin_chat(desk, "pl")
    desk.kill_database()
    for text, _, _ in planter.each("while the database is away"):
        write(desk, chat, text)
        deliver(desk, {"conversation": "room-pl", "sender": "u1", "text": text})
        desk.form(SEARCH, {"question": text})
        desk.json(f"/chat/{CHAT}/feedback", {"message": str(uuid4()), "helped": False, "comment": text}, chat.token)
    wait_for(lambda: True if desk.call("GET", "/healthz").status == 200 else None, PATIENCE)


def crashes(desk: Desk, planter: Planter) -> None:
    """The worker is ended in the middle of turns, the web process in the middle of requests, with their reports."""
    chat = begin_chat(desk, "pl")
    texts = [text for text, _, _ in planter.each("while the worker crashes")]
    for text in texts[:-1]:
        write(desk, chat, f"ile trwa zwrot? {text}").must(200)
    last = threading.Thread(target=write, args=(desk, chat, texts[-1]))
    last.start()
    desk.crash("work")
    last.join()
    desk.start("work again", "work")
    wait_until_settled(desk)
    writers = [
        threading.Thread(target=write, args=(desk, chat, text))
        for text, _, _ in planter.each("while the server crashes")
    ]
    for n, writer in enumerate(writers):
        writer.start()
        if n == len(writers) // 2:
            desk.crash("serve")
    for writer in writers:
        writer.join()
    desk.serve("serve again")


def wait_until_settled(desk: Desk) -> None:
    """Returns when everything is answered and sent."""
    with psycopg.connect(desk.superuser, autocommit=True) as connection:

        def settled() -> bool | None:
            row = connection.execute(BUSY).fetchone()
            return True if row == (0,) else None

        wait_for(settled, PATIENCE)


WAYS: Final[Mapping[str, Callable[[Desk, Planter], None]]] = {
    "Writing in the web chat, in Polish": chat_in("pl"),
    "… and in English": chat_in("en"),
    "Delivering by the webhook": webhook,
    "Filling in fields that nobody looks at": chat_fields,
    "Rating answers and articles": ratings,
    "Leaving contacts": contacts,
    "Attaching files": attachments,
    "Searching the help centre": searches,
    "Answering at the desk": agents,
    "… also by the webhook": replies_outside,
    "Signing in": sign_ins,
    "Sending what cannot be understood": malformed,
    "Sending too much": oversized,
    "Ending the database": database_away,
    "Ending the worker and the server": crashes,
}
