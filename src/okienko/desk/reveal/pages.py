"""What is sealed is shown here, to somebody by name: one value for one answer, one file for one look."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from okienko.attachments.kinds import MEDIA_TYPES
from okienko.audit import store as audit
from okienko.conversations.store import attachments, reveals
from okienko.conversations.store.attachments import SealedFile
from okienko.conversations.store.desk import Conversation
from okienko.database.ids import new_id
from okienko.desk import rules
from okienko.desk.view import (
    TALK,
    Shown,
    find_conversation,
    go_back,
    page_language,
    read_action,
    read_talk,
    read_uuid,
    render_inbox,
    talk_address,
)
from okienko.masking.mask import MaskingFailed, mask
from okienko.masking.vault import SealBroken, open_part, open_person_key, open_sealed
from okienko.values import Brand, MaskedText, RawText
from okienko.web.i18n import mark, words
from okienko.web.services import services
from okienko.web.signed_in import require_proof


def routes() -> list[Route]:
    """Showing a hidden value, and opening a file."""
    return [
        Route(TALK + "/reveal", _reveal, methods=["POST"]),
        Route(TALK + "/attachment", _open_attachment, methods=["POST"]),
    ]


async def _reveal(request: Request) -> Response:
    """One hidden value, for one answer: with the right to it, a fresh proof, a reason, and a record of it all."""
    given = services(request)
    staff, brand, form = await read_action(request)
    item = read_uuid(form.get("item", ""))
    speak = words(page_language(request))
    reason = " ".join(form.get("reason", "")[:300].split())
    now = given.clock()

    async def refuse(why: str) -> Response:
        talk = await read_talk(request, staff, brand)
        return await render_inbox(request, staff, talk=talk, asked=item, refused=speak.gettext(why), status=422)

    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
    if not rules.may_reveal(staff, brand.id, conversation.agent_id):
        raise HTTPException(403)
    require_proof(request, back=f"{talk_address(brand, conversation.reference)}?asked={item}")
    if len(reason) < rules.SHORTEST_REASON:
        return await refuse(mark("Say in at least 10 characters what it is needed for."))
    try:
        why = mask(
            RawText(reason), keys=given.keys, language=brand.language, allowed=brand.allowed, denied=brand.denied
        ).text
        async with given.database.brand(brand.id) as connection:
            sealed = await reveals.read_sealed(connection, conversation.id, item, now)
            recorded = sealed is not None and await reveals.record_reveal(
                connection,
                reveal_id=new_id(now),
                conversation_id=conversation.id,
                item_id=item,
                by=audit.staff(staff, brand.id),
                brand=brand.id,
                reason=_lengthen(why),
                now=now,
            )
            value = await _open(request, brand, sealed) if sealed is not None and recorded else None
    except (MaskingFailed, SealBroken):
        return await refuse(mark("The value could not be opened."))
    if sealed is None:
        return await refuse(mark("The value is gone: its time was over, or the person's data were erased."))
    if value is None:
        return await refuse(mark("20 values an hour are the most. Ask a colleague, or wait a while."))
    talk = await read_talk(request, staff, brand)
    return await render_inbox(request, staff, talk=talk, shown=Shown(id=item, value=value))


def _lengthen(reason: MaskedText) -> MaskedText:
    """A reason that masking has shortened below the table's ten characters is still a reason."""
    return MaskedText(reason.text.ljust(rules.SHORTEST_REASON, "."))


async def _open(request: Request, brand: Brand, sealed: reveals.Sealed) -> str:
    keys = services(request).keys
    person_key = await open_person_key(keys, sealed.wrapped, brand=brand.id, person=sealed.person_id)
    opened = open_sealed(
        person_key,
        sealed.sealed,
        brand=brand.id,
        person=sealed.person_id,
        table=sealed.table,
        column="sealed",
        row=sealed.row,
    )
    return opened.reveal()


async def _open_attachment(request: Request) -> Response:
    """One file, for whoever has the conversation: written down first, then unsealed part by part.

    A picture is shown by the browser itself, which may run and load nothing for it; anything else is downloaded.
    """
    given = services(request)
    staff, brand, form = await read_action(request)
    id_ = read_uuid(form.get("attachment", ""))
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
        if not rules.may_open(staff, brand.id, conversation.agent_id):
            return await go_back(request, brand, but="not-yours")
        file = await attachments.read_file(connection, conversation.id, id_, now)
        recorded = file is not None and await attachments.record_view(
            connection,
            view=new_id(now),
            conversation=conversation.id,
            attachment=id_,
            by=audit.staff(staff, brand.id),
            brand=brand.id,
            now=now,
        )
    if file is None:
        return await go_back(request, brand, but="gone")
    if not recorded:
        return await go_back(request, brand, but="enough")
    parts = _open_parts(request, brand, conversation, file)
    try:
        first = await anext(parts)
    except SealBroken:
        return await go_back(request, brand, but="sealed")
    await given.live.announce(brand.id, [conversation.id])  # the page says who opened it last
    shown = "inline" if file.type.family == "image" else "attachment"
    return StreamingResponse(
        _follow(first, parts),
        media_type=MEDIA_TYPES[file.type],
        headers={
            "Content-Length": str(file.size),
            "Content-Disposition": f'{shown}; filename="{conversation.reference}-{file.position}.{file.type}"',
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "Cache-Control": "no-store",
        },
    )


async def _open_parts(
    request: Request, brand: Brand, conversation: Conversation, file: SealedFile
) -> AsyncIterator[bytes]:
    """The parts of a file, one at a time, and no connection of the pool held while a slow browser reads them."""
    given = services(request)
    person_key = await open_person_key(given.keys, file.wrapped, brand=brand.id, person=file.person)
    for part in range(file.parts):
        async with given.database.brand(brand.id) as connection:
            sealed = await attachments.read_part(connection, conversation.id, file.id, part)
        if sealed is None:
            raise SealBroken("a part of an attachment is gone")
        yield open_part(
            person_key,
            sealed,
            brand=brand.id,
            person=file.person,
            table="attachment_part",
            column="sealed",
            row=file.id,
            part=part,
            parts=file.parts,
        )


async def _follow(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
