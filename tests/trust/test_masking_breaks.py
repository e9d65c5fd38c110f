"""PRV-04: a detector that breaks lets nothing pass: what was written is not stored, shown, searched for or sent on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from okienko.masking.detector import Detector, Hit
from okienko.masking.mask import find
from okienko.masking.panel import Panel
from okienko.masking.reading import Reading
from tests.desk_world import csrf, once
from tests.road.test_way_in import dump
from tests.trust.house import ARTICLE, QUESTION, House, crawl, fill_in, starts

pytestmark = pytest.mark.anyio

CANARY = "kanarek-bez-maski"
TYPED = f"nazywam się Wilgowska, {CANARY}, anna.wilga@poczta.example, 601 202 303"
PLANTED = (CANARY, "anna.wilga", "Wilgowska", "601 202 303")


def break_down(reading: Reading) -> Iterator[Hit]:
    raise RuntimeError(reading.text)


BROKEN = Detector(label="NUMBER", find=break_down, yes=(), no=())


async def test_prv_04_when_a_detector_breaks_nothing_unmasked_passes(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole house with such a detector; what is typed into the windows and forms of everybody is looked for."""
    async with house.browser() as browser, await house.enter("admin") as admin:
        chat = await house.chat(browser)
        assert (await chat.write(QUESTION)).status_code == 200
        await house.settle()
        _, events = await house.listen(f"/chat/{chat.door}/stream?lang=pl", chat.token)
        answered = next(one for one in events["messages"] if one["kind"] == "answer")["id"]
        talk = f"/desk/conversations/{house.world.brand.slug}/{events['state']['reference']}"
        token = {"csrf": csrf((await admin.get(talk)).text)}
        await admin.post(f"{talk}/take-over", data=token)
        pages = await crawl(admin, "admin", starts(house))

        defaults = find.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "detectors", Panel((BROKEN,)))

        taken = await chat.write(TYPED)
        assert (taken.status_code, taken.json()) == (200, {"state": "stored"}), "its shell is kept and a person told"
        shown = await chat.write(TYPED, seen=[])
        assert CANARY not in shown.text
        body = {"conversation": "pokój", "sender": "ktoś", "text": TYPED}
        assert (await house.deliver(browser, body)).status_code == 200
        answers = [
            await chat.post("feedback", message=answered, helped=False, reason="wrong", comment=TYPED),
            await browser.post(
                f"/help/{house.world.brand.slug}/pl/articles/{ARTICLE.id}/feedback",
                data={"helped": "no", "reason": "unclear", "comment": TYPED},
            ),
        ]
        for kind in ("reply", "note"):
            form = {**token, "as": kind, "once": once((await admin.get(talk)).text), "text": TYPED}
            said = await admin.post(f"{talk}/say", data=form)
            assert said.status_code == 422, "the agent is told and loses nothing"
        found = await admin.post("/desk/search", data={**token, "words": TYPED})
        assert found.status_code < 500
        # Where words of customers are copied to; what a brand says itself (articles, names) is not masked anyway.
        copied = [page for page in pages if "/routing" in page.address or "/questions" in page.address]
        filled = await fill_in(admin, copied, TYPED)
        assert len(filled) >= 3
        answers += filled
        assert [answer.request.url.path for answer in answers if answer.status_code >= 500] == []
        await house.settle()
        everything = dump(house.urls.owner)
        assert '"unreadable"' in everything or ",unreadable," in everything
        await chat.write("Porozmawiaj z człowiekiem", kind="person")
        seen = await crawl(admin, "admin", ["/desk?view=all", talk])
    sent = b"".join(call.body for call in house.http.calls).decode()
    told = "".join(page.answer.text for page in seen) + "".join(capsys.readouterr())
    for value in PLANTED:
        assert value not in everything
        assert value not in sent
        assert value not in told
