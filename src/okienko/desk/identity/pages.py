"""Somebody at the desk has found out who writes, or doubts what was found out: with a reason and a fresh proof."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.audit import store as audit
from okienko.desk import rules
from okienko.desk.view import TALK, find_conversation, go_back, read_action, talk_address
from okienko.identity import store as identity
from okienko.masking.lines import mask_lines
from okienko.values import MaskedText
from okienko.web.services import services
from okienko.web.signed_in import require_proof

LONGEST_REASON = 300  # characters


def routes() -> list[Route]:
    """What was found out, and taking it back."""
    return [Route(TALK + "/identity", _note, methods=["POST"])]


async def _note(request: Request) -> Response:
    given = services(request)
    staff, brand, form = await read_action(request)
    checked = form.get("checked") == "yes"
    now = given.clock()
    async with given.database.brand(brand.id) as connection:
        conversation = await find_conversation(connection, request)
    if not rules.may_reveal(staff, brand.id, conversation.agent_id):
        raise HTTPException(403)
    require_proof(request, back=talk_address(brand, conversation.reference))
    reason = " ".join(form.get("reason", "")[:LONGEST_REASON].split())
    if len(reason) < rules.SHORTEST_REASON:
        return await go_back(request, brand, but="no-reason")
    masked = mask_lines([reason], brand.language, brand, longest=LONGEST_REASON)
    if not masked:
        return await go_back(request, brand, but="no-reason")
    async with given.database.brand(brand.id) as connection:
        await identity.note_checked(
            connection,
            conversation.id,
            checked=checked,
            staff=staff.id,
            reason=MaskedText(masked[0].text.ljust(rules.SHORTEST_REASON, ".")),
            now=now,
        )
        await audit.record(
            connection,
            "identity-checked" if checked else "identity-doubted",
            by=audit.staff(staff, brand.id),
            brand=brand.id,
            kind="conversation",
            object=conversation.id,
            conversation=conversation.id,
            now=now,
        )
    await given.live.announce(brand.id, [conversation.id])
    return await go_back(request, brand, did="checked" if checked else "doubted")
