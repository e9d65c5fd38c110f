"""A conversation: its page, replies and notes, taking over and handing back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.audit.chain import Action
from okienko.audit.store import Actor
from okienko.brands.store import read_categories
from okienko.conversations.sealing import Sealing, seal_forms, seal_values
from okienko.conversations.store import actions
from okienko.conversations.store.actions import Change, Outcome
from okienko.conversations.store.arrivals import SealedItem
from okienko.conversations.store.desk import Conversation
from okienko.conversations.store.vault import SealedForm, open_vault
from okienko.database.ids import new_id
from okienko.database.pool import Connection
from okienko.desk import rules
from okienko.desk.view import (
    TALK,
    Draft,
    Preview,
    Said,
    find_brand,
    find_conversation,
    go_back,
    page_language,
    read_action,
    read_talk,
    read_uuid,
    render_inbox,
)
from okienko.masking.forms import find_forms, read_pieces
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import Findings, Masked, MaskingFailed, find, published
from okienko.masking.mask import render as render_masked
from okienko.masking.vault import open_person_key
from okienko.values import Brand, RawText, Reach, SignedIn, StaffId
from okienko.web.i18n import mark, words
from okienko.web.services import services
from okienko.web.signed_in import signed_in

LONGEST_TEXT: Final = 5000  # characters

# What the customer reads when the holder changes; in the conversation's language, with the agent's name.
_JOINED: Final = mark("%(name)s has joined the conversation.")
_SAID: Final[dict[Change, str]] = {
    "hand_back": mark("From here on the bot answers again."),
    "to_queue": mark("The conversation is waiting for another person."),
    "close": mark("The conversation is closed. A new message opens it again."),
    "reopen": mark("%(name)s has opened the conversation again."),
}
_CHANGES: Final[dict[str, Change]] = {
    "hand-back": "hand_back",
    "queue": "to_queue",
    "close": "close",
    "reopen": "reopen",
}

# What the agent reads after an action: the words and how to undo it.
_DONE: Final[dict[str, tuple[str, str | None]]] = {
    "take-over": (mark("The conversation is yours; the bot is silent."), "hand-back"),
    "hand-back": (mark("The bot answers again."), "take-over"),
    "queue": (mark("The conversation waits in the queue."), "take-over"),
    "close": (mark("The conversation is closed."), "reopen"),
    "reopen": (mark("The conversation is open and yours."), "close"),
    "send-again": (mark("The message is on its way again."), None),
    "category": (mark("The conversation is in another category now."), None),
    "checked": (mark("It is noted that you have found out who this is."), None),
    "doubted": (mark("It is noted that this person is not verified any more."), None),
}
# What the audit log calls them.
_ACTS: Final[dict[str, Action]] = {
    "take-over": "conversation-taken",
    "hand-back": "conversation-handed-back",
    "queue": "conversation-queued",
    "close": "conversation-closed",
    "reopen": "conversation-reopened",
    "send-again": "message-sent-again",
    "category": "conversation-filed",
}
_NOT_DONE: Final[dict[Outcome, str]] = {
    "held": mark("Nothing was changed: the conversation is not yours."),
    "closed": mark("Nothing was changed: the conversation is closed."),
}
_PUBLIC: Final = mark(
    "Everybody can read this reply, so no personal data may be in it. Take out: %(kinds)s. Nothing was sent."
)
_OVER: Final = mark("Nothing was sent: the time in which this channel lets one answer is over.")
# Why an attachment was not opened, or something else was not done.
_NOT_OPENED: Final[dict[str, str]] = {
    "not-yours": mark("Attachments are opened by whoever has the conversation. Take it over first."),
    "gone": mark("The attachment is gone: its time was over, or the person's data were erased."),
    "enough": mark("100 attachments an hour are the most. Ask a colleague, or wait a while."),
    "sealed": mark("The attachment could not be opened."),
    "no-reason": mark("Nothing was noted: say in at least 10 characters how you know."),
}


def routes() -> list[Route]:
    """A conversation's page and what is done there. The last one takes any action: routes that are more come before."""
    return [
        Route(TALK, _show, methods=["GET"]),
        Route(TALK + "/say", _say, methods=["POST"]),
        Route(TALK + "/typing", _typing, methods=["POST"]),
        Route(TALK + "/{action:str}", _act, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    staff = signed_in(request)
    brand = await find_brand(request, staff)
    talk = await read_talk(request, staff, brand)
    asked = request.query_params.get("insert")
    bodies = {str(reply.id): reply.body for reply in talk.replies}
    bodies |= {str(line.id): line.text for line in talk.lines if line.proposed and talk.own}
    body = bodies.get(asked or "")
    draft = None if body is None else Draft(text=body)
    return await render_inbox(request, staff, talk=talk, draft=draft, said=_read_said(request))


def _read_said(request: Request) -> Said | None:
    """What an action that led here has to say. The address carries a word of ours, never text."""
    speak = words(page_language(request))
    did, outcome = request.query_params.get("did", ""), request.query_params.get("but", "")
    if outcome in _NOT_OPENED:
        return Said(text=speak.gettext(_NOT_OPENED[outcome]), look="clock", undo=None)
    if outcome in _NOT_DONE:
        return Said(text=speak.gettext(_NOT_DONE[outcome]), look="clock", undo=None)
    if did in _DONE:
        text, undo = _DONE[did]
        return Said(text=speak.gettext(text), look="done", undo=undo, over=did in {"hand-back", "queue", "close"})
    return None


async def _act(request: Request) -> Response:
    """Take over, hand back, put into the queue, close, open again, send again, put into another category."""
    given = services(request)
    staff, brand, form = await read_action(request)
    action = request.path_params["action"]
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
        speak = words(conversation.language)
        outcome: Outcome
        if action == "take-over":
            sure = rules.is_senior(staff, brand.id) or form.get("sure") == "yes"
            outcome = await actions.take_over(
                connection,
                conversation_id=conversation.id,
                staff_id=staff.id,
                holder=StaffId(read_uuid(form["from"])) if sure and form.get("from") else None,
                message_id=new_id(now),
                said=published(speak.gettext(_JOINED, name=staff.name)),
                now=now,
            )
        elif action in _CHANGES:
            change = _CHANGES[action]
            text = speak.gettext(_SAID[change], name=staff.name)
            outcome = await actions.change_holder(
                connection,
                change,
                conversation_id=conversation.id,
                staff_id=staff.id,
                message_id=new_id(now),
                said=published(text),
                now=now,
            )
        elif action == "send-again":
            message = read_uuid(form.get("message", ""))
            again = await actions.send_again(
                connection, conversation_id=conversation.id, staff_id=staff.id, message_id=message, now=now
            )
            outcome = "done" if again else "already"
        elif action == "category":
            category = form.get("category", "")
            if not any(category in known for known in (await read_categories(connection)).values()):
                raise HTTPException(400)
            outcome = await actions.file_under(connection, category, conversation_id=conversation.id, now=now)
        else:
            raise HTTPException(404)
        if outcome == "done":
            by = audit.staff(staff, brand.id)
            await _record(connection, _ACTS[action], by, brand=brand, conversation=conversation, now=now)
    if outcome == "done":
        await given.live.announce(brand.id, [conversation.id])
    if outcome in _NOT_DONE:
        return await go_back(request, brand, but=outcome)
    return await go_back(request, brand, did=action)


async def _say(request: Request) -> Response:
    """A reply or a note, stored masked. What the customer has to read in clear is sealed.

    Before a reply leaves, its writer is asked when the customer would not read what was written, because something is
    hidden for good, or would read a value that this conversation has not had before: it may be somebody else's.
    """
    given = services(request)
    staff, brand, form = await read_action(request)
    speak = words(page_language(request))
    mode = "note" if form.get("as") == "note" else "reply"
    typed, once = form.get("text", "").strip(), form.get("once", "")
    now = given.clock()

    async def ask_again(status: int, *, preview: Preview | None = None, wrong: str | None = None) -> Response:
        talk = await read_talk(request, staff, brand, once=once)
        draft = Draft(text=typed, mode=mode, preview=preview, wrong=wrong)
        return await render_inbox(request, staff, talk=talk, draft=draft, status=status)

    raw = RawText(typed)
    findings = await _examine(request, staff, brand, mode, raw, len(typed))
    if isinstance(findings, _Refusal):
        return await ask_again(findings.status, wrong=speak.gettext(findings.why, **findings.values))
    key = given.keys.lookup(f"desk {mode}", str(read_uuid(once)))
    preview: Preview | None = None
    outcome: Outcome = "already"
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
        vault = await open_vault(connection, conversation.id) if findings.vaulted else None
        masked = render_masked(
            raw,
            findings,
            vault.numbers if vault else {},
            given.keys,
            conversation.language,
            spent=vault.spent if vault else {},
        )
        wrapped = vault.wrapped_key if vault else None
        if mode == "reply":
            seen = given.keys.token("desk preview", f"{once}\x1f{typed}\x1f{masked.text}".encode()).hex()
            preview = _preview(raw, findings, masked, sealed=wrapped is not None, seen=seen)
            if form.get("seen") == seen:
                preview = None
        if preview is None:
            items: Sequence[SealedItem] = ()
            forms: Sequence[SealedForm] = ()
            if wrapped is not None:
                person_key = await open_person_key(given.keys, wrapped, brand=brand.id, person=conversation.person_id)
                sealing = Sealing(key=person_key, brand=brand, person=conversation.person_id, now=now)
                items = seal_values(masked.vaulted, sealing, conversation=conversation.id)
                forms = seal_forms(find_forms(raw, findings, masked.text), sealing)
            common: dict[str, Any] = {
                "conversation_id": conversation.id,
                "staff_id": staff.id,
                "message_id": new_id(now),
                "once": key,
                "text": masked.text,
                "items": items,
                "now": now,
            }
            if mode == "note":
                outcome = await actions.add_note(connection, **common)
            else:
                outcome = await actions.reply(connection, **common, forms=forms)
            if outcome == "done":
                act: Action = "note-written" if mode == "note" else "reply-written"
                by = audit.staff(staff, brand.id)
                await _record(connection, act, by, brand=brand, conversation=conversation, now=now)
    if preview is not None:
        return await ask_again(200, preview=preview)
    if outcome in _NOT_DONE:
        return await ask_again(409, wrong=speak.gettext(_NOT_DONE[outcome]))
    if outcome == "done":
        await given.live.announce(brand.id, [conversation.id])
    return await go_back(request, brand)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """Why something is not sent, in words to translate."""

    status: int = 422
    why: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


async def _examine(  # noqa: PLR0917 - the words, and whose they are
    request: Request, staff: SignedIn, brand: Brand, mode: str, raw: RawText, length: int
) -> Findings | _Refusal:
    """What is personal in a text; or why it is not sent: its length, what everybody would read, or that the channel
    lets nobody write to this customer any more. The sender looks at that and at the length again.
    """
    given = services(request)
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
    reach = given.reach(conversation.channel, conversation.acted_at, given.clock()) if mode == "reply" else Reach()
    if reach.longest is not None and length > reach.longest:
        why = mark("This has %(n)s characters, and this channel takes %(longest)s: shorten it. Nothing was sent.")
        return _Refusal(why=why, values={"n": length, "longest": reach.longest})
    if not length or length > (reach.longest or LONGEST_TEXT):
        return _Refusal(why=mark("Write at least a word, and at most 5,000 characters."))
    if reach.verdict == "over":
        return _Refusal(status=409, why=_OVER)
    try:
        # Who writes signs with the name that stands above the message anyway.
        findings = find(raw, allowed=(*brand.allowed, staff.name, *staff.name.split()[:1]), denied=brand.denied)
    except MaskingFailed:
        return _Refusal(why=mark("This text cannot be processed. Nothing was sent; change it."))
    hidden = dict.fromkeys(span.label for span in findings.spans if span.fate is not Fate.KEEP)
    if hidden and conversation.public and mode == "reply":
        kinds = ", ".join(ENTITIES[label].word(page_language(request)) for label in hidden)
        return _Refusal(why=_PUBLIC, values={"kinds": kinds})
    return findings


async def _record(
    connection: Connection, act: Action, by: Actor, *, brand: Brand, conversation: Conversation, now: datetime
) -> None:
    await audit.record(
        connection,
        act,
        by=by,
        brand=brand.id,
        kind="conversation",
        object=conversation.id,
        conversation=conversation.id,
        now=now,
    )


def _preview(raw: RawText, findings: Findings, masked: Masked, *, sealed: bool, seen: str) -> Preview | None:
    """What to show before a reply leaves; None when its customer will read just what was written, and nothing new."""
    hidden = any(span.fate is Fate.DROP or (span.fate is Fate.VAULT and not sealed) for span in findings.spans)
    if not hidden and not masked.vaulted:
        return None
    pieces = read_pieces(raw, findings, masked.text, sealed=sealed)
    return Preview(
        pieces=pieces,
        seen=seen,
        hidden=hidden,
        shown=any(piece.fate is Fate.VAULT for piece in pieces),
    )


async def _typing(request: Request) -> Response:
    """Tells the customer's window that somebody is writing."""
    given = services(request)
    staff, brand, _ = await read_action(request)
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
    if conversation.agent_id == staff.id and conversation.closed_at is None:
        await given.live.announce_typing(brand.id, conversation.id)
    return Response(status_code=204)
