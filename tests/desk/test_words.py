"""What a brand never masks and always masks: the lists, and who may change them."""

from __future__ import annotations

import pytest

from okienko.desk.words.form import LONGEST, MOST, kinds, read_allowed, read_denied, write_denied
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import find
from okienko.values import RawText
from tests.desk_world import World, csrf

LISTS = "select allowed, denied_as, denied from brand where id = current_brand()"
CHANGES = "select list, added, removed from brand_words order by id"


def test_lines_become_entries() -> None:
    assert read_allowed("  pomoc@seans.example \n\n22 500  60 70\npomoc@seans.example") == (
        ["pomoc@seans.example", "22 500 60 70"], []
    )  # fmt: skip
    assert read_denied("Zorza\nJan Nowak = osoba\nJan Nowak =  PERSON \na = b = hasło lub kod") == (
        [("SECRET", "Zorza"), ("PERSON", "Jan Nowak"), ("PERSON", "Jan Nowak"), ("SECRET", "a = b")], []
    )  # fmt: skip


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_is_edited_is_what_was_read(language: str) -> None:
    denied = [(label, f"słowo {label}") for label, entity in ENTITIES.items() if entity.fate is not Fate.KEEP]
    assert read_denied(write_denied(denied, "pl" if language == "pl" else "en")) == (denied, [])
    assert len(kinds("pl")) == len(denied)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ab", "short"),
        ("a" * (LONGEST + 1), "long"),
        ("\n".join(f"wpis {n}" for n in range(MOST + 1)), "many"),
        ("4111 1111 1111 1111", "never"),
        ("PESEL 44051401458", "never"),
    ],
)
def test_what_cannot_be_allowed(text: str, why: str) -> None:
    assert [problem.why for problem in read_allowed(text)[1]] == [why]


def test_a_kind_that_is_not_there_is_refused() -> None:
    assert [problem.why for problem in read_denied("Zorza = tajemnica\nOK = zamówienie")[1]] == ["kind", "kind"]


@pytest.mark.anyio
async def test_an_administrator_edits_both_lists_and_it_is_written_down(world: World) -> None:
    ewa = await world.hire("Ewa", {world.brand.id: "admin"})
    begun = await world.begin("halo")
    address = f"/desk/words/{world.brand.slug}"
    async with await world.enter(ewa) as browser:
        page = (await browser.get("/desk/words")).text
        assert "pomoc@seans.example</textarea>" in page
        assert world.other.name not in page, "somebody else's brand"
        form = {"csrf": csrf(page), "allowed": "biuro@seans.example", "denied": "Zorza\nJan Nowak = osoba"}
        answer = await browser.post(address, data=form)
        assert answer.headers["location"] == "/desk/words?saved=seans#seans"
        await browser.post(address, data=form)  # a double click
        page = (await browser.get("/desk/words?saved=seans")).text
        assert "Zapisano." in page
        assert "Zorza\nJan Nowak = osoba</textarea>" in page
        assert "<td>Jan Nowak = osoba, Zorza</td>" in page
        refused = await browser.post(address, data=form | {"denied": "Zorza = tajemnica"})
        assert refused.status_code == 422
        assert "nie ma takiego rodzaju danych" in refused.text
        assert "Zorza = tajemnica</textarea>" in refused.text
        assert (await browser.post(address, data=form | {"csrf": ""})).status_code == 403
        assert (await browser.post(f"/desk/words/{world.other.slug}", data=form)).status_code == 404
    assert await begun.read(LISTS) == [(["biuro@seans.example"], ["SECRET", "PERSON"], ["Zorza", "Jan Nowak"])]
    assert await begun.read(CHANGES) == [
        ("allowed", ["biuro@seans.example"], ["pomoc@seans.example"]),
        ("denied", ["PERSON Jan Nowak", "SECRET Zorza"], []),
    ]
    world.later(seconds=3)
    brand = await world.services.directory.brand(world.brand.id)
    found = find(RawText("zorza, biuro@seans.example"), allowed=brand.allowed, denied=brand.denied)
    assert [span.label for span in found.spans] == ["SECRET"]


@pytest.mark.anyio
@pytest.mark.parametrize("role", ["agent", "lead"])
async def test_nobody_else_does(world: World, role: str) -> None:
    ola = await world.hire("Ola", {world.brand.id: "lead" if role == "lead" else "agent"})
    async with await world.enter(ola) as browser:
        page = (await browser.get("/desk")).text
        assert "/desk/words" not in page
        assert (await browser.get("/desk/words")).status_code == 403
        form = {"csrf": csrf(page), "allowed": "", "denied": ""}
        assert (await browser.post(f"/desk/words/{world.brand.slug}", data=form)).status_code == 403
    async with world.browser() as browser:
        assert (await browser.get("/desk/words")).status_code == 303
