"""What a customer sees before a message is stored, by kind and language; and that seeing stores nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest

from okienko.keys import Keys
from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import Finding, Findings
from okienko.masking.preview import asks, preview
from okienko.values import Language, RawText
from okienko.web.i18n import words
from tests.web_world import DOOR, Site, World

pytestmark = pytest.mark.anyio

OWN = {"Sec-Fetch-Site": "same-origin"}
KEYS = Keys(operator=bytes(32), index=bytes(32))
HIDDEN = sorted(label for label, entity in ENTITIES.items() if entity.fate is not Fate.KEEP)

# label, what somebody types in Polish and in English
TYPED = [
    ("EMAIL_ADDRESS", "mój mail to jan@poczta.example", "my mail is jan@poczta.example"),
    ("PHONE_NUMBER", "proszę dzwonić 601 234 567", "please call +44 7911 123456"),
    ("IBAN_CODE", "konto PL61 1090 1014 0000 0712 1981 2874", "account GB82 WEST 1234 5698 7654 32"),
    ("CREDIT_CARD", "karta 4111 1111 1111 1111", "card 4111 1111 1111 1111"),
    ("PL_PESEL", "PESEL 44051401359", "PESEL 44051401359"),
    ("PL_NIP", "NIP 526-000-12-46", "NIP 526-000-12-46"),
    ("PL_REGON", "REGON 123456785", "my REGON is 123456785"),
    ("PL_ID_CARD", "dowód osobisty ABA300000", "my identity card is ABA300000"),
    ("PASSPORT", "numer paszportu EC9916834", "my passport number is EC9916834"),
    ("DRIVING_LICENCE", "prawo jazdy 44473/23/3529", "my driving licence is 44473/23/3529"),
    ("VIN", "VIN WVWMKHZM8CD269201", "my VIN is WVWMKHZM8CD269201"),
    ("VEHICLE_PLATE", "numer rejestracyjny GD 14524", "my number plate is GD 14524"),
    ("US_SSN", "mój SSN to 137-41-8219", "my SSN is 137-41-8219"),
    ("UK_NINO", "mój numer NINO to JK 86 46 67 C", "my National Insurance number is JK 86 46 67 C"),
    ("DATE_OF_BIRTH", "data urodzenia: 12 marca 1949", "date of birth: 12 March 1949"),
    ("USERNAME", "mój login to hrsef_afck661", "my user name is hrsef_afck661"),
    ("PERSON", "nazywam się Danuta Lewandowska", "my name is Geoffrey Lockwood"),
    ("ADDRESS", "mieszkam przy ul. Bukowej 23/4, 50-317 Wrocław", "I live at 33 Juniper Avenue, London SW4 1AB"),
    ("POSTAL_CODE", "kod pocztowy 50-317", "the postcode is SW4 1AB"),
    (
        "URL",
        "mam link https://konto.firma.example/reset/ZOXA0GKJTygcmc3DVaD3",
        "see https://x.example/reset/ZOXA0GKJTygcmc3DVaD3",
    ),
    ("NUMBER", "mam tu jeszcze taki numer 2902030243009", "and I have this number 2902030243009"),
    ("IP_ADDRESS", "adres IP 192.0.2.17", "IP address 192.0.2.17"),
    ("SECRET", "moje hasło: Zielony7Kot!", "my password: Zielony7Kot!"),
]


def test_every_kind_that_is_hidden_is_typed_here() -> None:
    assert sorted(label for label, _, _ in TYPED) == HIDDEN


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.address, headers=OWN, trust_env=False) as client:
        yield client


async def start(client: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    return await client.post(f"/chat/{DOOR}/start", json={"language": "pl", **body})


async def send(client: httpx2.AsyncClient, token: str, text: str, **body: Any) -> httpx2.Response:
    return await client.post(
        f"/hooks/webchat/{DOOR}",
        headers={"Authorization": f"Bearer {token}"},
        json={"id": str(uuid4()), "kind": "text", "text": text, **body},
    )


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("label", HIDDEN)
def test_prv_05_each_kind_is_shown_as_it_would_be_stored(label: str, language: Language) -> None:
    raw = RawText("to XXXX!")
    findings = Findings(spans=(Finding(label=label, start=3, end=7, value="XXXX"),))
    shown = preview(raw, findings, (), numbers={}, keys=KEYS, language=language)
    assert shown is not None
    assert shown.show() == {"hidden": {label: 1}, "sensitive": [], "text": f"to [{ENTITIES[label].word(language)}]!"}
    assert not asks(findings, {label})


def test_words_about_health_stay_and_their_writer_is_told_once() -> None:
    findings = Findings(spans=(Finding(label="HEALTH", start=0, end=4, value="chor"),))
    shown = preview(RawText("choroba"), findings, (), numbers={}, keys=KEYS, language="pl")
    assert shown is not None
    assert shown.show() == {"hidden": {}, "sensitive": ["HEALTH"], "text": "choroba"}
    assert not asks(findings, {"HEALTH"})


def test_what_is_kept_is_no_reason_to_ask() -> None:
    assert not asks(Findings(spans=(Finding(label="ORDER_NUMBER", start=0, end=4, value="AB12"),)), ())


@pytest.mark.parametrize("language", ["pl", "en"])
async def test_the_window_has_a_name_for_each_kind(client: httpx2.AsyncClient, language: Language) -> None:
    page = (await client.get(f"/chat/{DOOR}?lang={language}")).text
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    kinds = orjson.loads(found[1])["kinds"]
    assert sorted(kinds) == HIDDEN
    assert len(set(kinds.values())) == len(kinds)
    assert words(language).gettext("Do not ask again in this conversation") in page


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize(("label", "typed"), [(label, {"pl": pl, "en": en}) for label, pl, en in TYPED])
async def test_prv_05_before_the_first_message_nothing_begins(
    client: httpx2.AsyncClient, world: World, language: Language, label: str, typed: dict[str, str]
) -> None:
    text = typed[language]
    answer = await start(client, language=language, text=text, seen=[])
    assert answer.status_code == 409
    shown = answer.json()
    assert label in shown["hidden"]
    assert f"[{ENTITIES[label].word(language)}]" in shown["text"]
    assert await world.rows("select count(*) from conversation") == [(0,)]
    assert (await start(client, language=language, text=text, seen=list(shown["hidden"]))).status_code == 200


async def test_words_about_health_are_pointed_out(client: httpx2.AsyncClient) -> None:
    answer = await start(client, text="mam cukrzycę i nie mogę przyjść", seen=[])
    assert answer.status_code == 409
    assert answer.json() == {"hidden": {}, "sensitive": ["HEALTH"], "text": "mam cukrzycę i nie mogę przyjść"}
    assert (await start(client, text="mam cukrzycę", seen=["HEALTH"])).status_code == 200


async def test_a_message_is_shown_once_a_kind_and_stored_when_its_writer_agrees(
    client: httpx2.AsyncClient, world: World
) -> None:
    token = (await start(client, text="dzień dobry", seen=[])).json()["token"]
    assert (await send(client, token, "mój mail to a@poczta.example", seen=["EMAIL_ADDRESS"])).status_code == 200
    answer = await send(client, token, "albo b@poczta.example i tel. 601 234 567", seen=["EMAIL_ADDRESS"])
    assert answer.status_code == 409
    assert answer.json()["hidden"] == {"EMAIL_ADDRESS": 1, "PHONE_NUMBER": 1}
    assert answer.json()["text"] == "albo [e-mail 2] i tel. [telefon]"
    assert await world.rows("select text from message") == [("mój mail to [e-mail]",)]
    assert await world.rows("select count(*) from vault_item") == [(1,)]
    assert await world.rows("select count(*) from seen") == [(1,)]
    answer = await send(
        client, token, "albo b@poczta.example i tel. 601 234 567", seen=["EMAIL_ADDRESS", "PHONE_NUMBER"]
    )
    assert answer.json() == {"state": "stored"}
    assert await world.rows("select text from message order by arrival") == [
        ("mój mail to [e-mail]",),
        ("albo [e-mail 2] i tel. [telefon]",),
    ]


async def test_nobody_is_asked_who_does_not_want_to_be(client: httpx2.AsyncClient) -> None:
    token = (await start(client)).json()["token"]
    for body in ({}, {"seen": None}):
        assert (await send(client, token, "tel. 601 234 567", **body)).status_code == 200
    assert (await send(client, token, "zamówienie 12345", seen=[])).status_code == 200


async def test_placeholders_are_in_the_language_of_the_window(client: httpx2.AsyncClient, world: World) -> None:
    token = (await start(client, language="en")).json()["token"]
    await send(client, token, "call me 601 234 567", language="en")
    assert await world.rows("select text from message") == [("call me [phone]",)]


SEEN: list[tuple[Any, int]] = [("all", 400), ({}, 400), (7, 400), ([[], 1, {}], 409)]


@pytest.mark.parametrize(("seen", "status"), SEEN)
async def test_what_was_seen_is_a_list_or_nothing(client: httpx2.AsyncClient, seen: Any, status: int) -> None:
    assert (await start(client, text="tel. 601 234 567", seen=seen)).status_code == status
    token = (await start(client)).json()["token"]
    assert (await send(client, token, "tel. 601 234 567", seen=seen)).status_code == status


async def test_a_stranger_is_shown_nothing(client: httpx2.AsyncClient) -> None:
    answer = await send(client, "x" * 43, "tel. 601 234 567", seen=[])
    assert answer.status_code == 401
    assert "telefon" not in answer.text
