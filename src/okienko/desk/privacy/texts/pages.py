"""Published texts at the desk: what is in force, what was, and a brand's own wording as a draft and in force.

What the law or okienko promises stays in every wording (`okienko.consent.texts`); old versions stay on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from okienko.consent import store, texts
from okienko.consent.store import Draft, Published
from okienko.desk.privacy.view import ADDRESS, Visit, act, show, visit
from okienko.values import Language
from okienko.web.i18n import mark, words

PAGE: Final = "/texts"
KINDS: Final = {
    texts.NOTICE: mark("AI notice"),
    "chat.notice": mark("Privacy notice of the chat"),
    texts.CONSENT: mark("Consent to the chat"),
    "chat.refuse": mark("After a refusal"),
}
WHERE: Final = {
    texts.NOTICE: mark("Stands before the bot's first word, on every channel."),
    "chat.notice": mark("Stands in the chat, and on the brand's page about data."),
    texts.CONSENT: mark("Is asked first where the law wants it: in the United States and Canada."),
    "chat.refuse": mark("Is said to whoever does not agree."),
}
_SAID: Final = {
    "kept": mark("The draft is kept. Customers see nothing of it."),
    "dropped": mark("The draft is gone."),
    "published": mark("Published as a new version. The one before stays on record."),
    "back": mark("okienko's own wording is published again."),
    "same": mark("Published already: it says what is in force."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One text in one language, as the page shows it."""

    kind: str
    language: Language
    history: Sequence[Published]  # the latest first
    wording: str  # what stands in the field
    draft: Draft | None
    own: bool  # a wording of the brand's is in force
    stays: Sequence[str]
    missing: Sequence[str] = ()
    unknown: Sequence[str] = ()

    @property
    def in_force(self) -> Published | None:
        """The version that customers see."""
        return next((one for one in self.history if one.until is None), None)


def routes() -> list[Route]:
    """Everything under /desk/privacy/texts."""
    return [
        Route(ADDRESS + PAGE, _show, methods=["GET"]),
        Route(ADDRESS + PAGE, _change, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    return await _render(await visit(request))


async def _render(there: Visit, *, refused: Part | None = None) -> Response:
    brand = there.brand
    async with there.given.database.brand(brand.id) as connection:
        await store.publish_texts(connection, brand, texts.write_texts, there.now)
        history = await store.read_history(connection)
        drafts, own = await store.read_drafts(connection), await store.read_own(connection)
    wordings = texts.write_wordings(brand)
    parts = [
        refused
        if refused is not None and (refused.kind, refused.language) == key
        else _part(key, wordings[key], history, drafts.get(key), own.get(key))
        for key in sorted(wordings, key=lambda key: (list(KINDS).index(key[0]), key[1] != brand.language))
    ]
    return show(there, "texts", said=_SAID, status=422 if refused else 200, parts_=parts, kinds=KINDS, where=WHERE)


def _part(
    key: tuple[str, Language], wording: str, history: Sequence[Published], draft: Draft | None, own: str | None
) -> Part:
    kind, language = key
    versions = [one for one in history if (one.text.kind, one.text.language) == key]
    speak = words(language)
    return Part(
        kind=kind,
        language=language,
        history=sorted(versions, key=lambda one: one.text.version, reverse=True),
        wording=draft.text if draft else own or wording,
        draft=draft,
        own=own is not None,
        stays=[
            *(speak.gettext(sentence) for sentence in texts.STAYS[kind]),
            *(f"{{{place}}}" for place in texts.PLACES[kind]),
        ],
    )


async def _change(request: Request) -> Response:
    """Keeps a draft, gives it up, publishes it, or goes back to okienko's wording."""
    there, form = await act(request, PAGE)
    brand, now = there.brand, there.now
    kind, spoken = form.get("kind", ""), form.get("language", "")
    wordings = texts.write_wordings(brand)
    if not any(key == (kind, spoken) for key in wordings):
        raise HTTPException(400)
    language = cast("Language", spoken)
    wording = form.get("wording", "").replace("\r\n", "\n").strip()[: texts.LONGEST]
    missing, unknown = texts.find_missing(kind, language, wording), texts.find_unknown(kind, wording)
    do = form.get("do", "")
    async with there.given.database.brand(brand.id) as connection:
        if do == "drop":
            await store.save_draft(connection, kind, language, None, staff=there.staff.id, now=now)
        elif do == "back":
            await store.set_wording(connection, kind, language, None, staff=there.staff.id, now=now)
            await store.publish_texts(connection, brand, texts.write_texts, now, by=there.by)
        elif do == "publish" and not missing and not unknown:
            before = (await store.read_texts(connection)).get((kind, language))
            await store.set_wording(connection, kind, language, wording, staff=there.staff.id, now=now)
            after = await store.publish_texts(connection, brand, texts.write_texts, now, by=there.by)
            do = "same" if before == after[kind, language] else do
        else:
            await store.save_draft(connection, kind, language, wording or None, staff=there.staff.id, now=now)
    if do == "publish" and (missing or unknown):
        history: Sequence[Published] = ()
        async with there.given.database.brand(brand.id) as connection:
            history = await store.read_history(connection)
        key = (kind, language)
        draft = Draft(text=wording, by=there.staff.name, at=now)
        part = _part(key, wordings[key], history, draft, None)
        return await _render(
            there,
            refused=Part(
                kind=kind,
                language=language,
                history=part.history,
                wording=wording,
                draft=draft,
                own=part.own,
                stays=part.stays,
                missing=missing,
                unknown=unknown,
            ),
        )
    said = {"drop": "dropped", "back": "back", "publish": "published", "same": "same"}.get(do, "kept")
    return there.go(PAGE, said=said)
