"""One tour through all pages, by everybody who works here, a customer and a stranger, with something planted in every
field that there is; and what must hold of everything that was seen.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx2
import orjson
import psycopg
import pytest
import structlog

from okienko import log
from tests.conftest import Cluster
from tests.desk_world import csrf
from tests.trust.house import ARTICLE, QUESTION, ROLES, House, Page, Seen, crawl, fill_in, is_ours, open_house, starts

pytestmark = pytest.mark.anyio

PROBE = """"'></title><okienko-probe onload=a()> okienko-probe=1 """
LINKS = (
    "</textarea></script><okienko-probe> [tu](javascript:okienko()) javascript:okienko() "
    "![o](https://obcy.example/o.png) {{ 7 * 191 }} {% raw %}"
)
FORMS = (PROBE, LINKS)
CONTACT = ("anna.wilga@poczta.example", "601 202 303", "601202303", "Wilgowska")
OTHERS = ("oskar.sum@poczta.example", "Sumowski")
WORDS = ("kanarekwiadomosc", "kanarekszukam", "kanarektytul", "kanarekkomentarz", "kanareknotatka")


@dataclass(kw_only=True)
class Tour:
    """What was seen and logged."""

    house: House
    seen: list[Seen] = field(default_factory=list[Seen])
    answers: list[httpx2.Response] = field(default_factory=list[httpx2.Response])
    theirs: str = ""  # the reference of the other brand's conversation
    logged: str = ""

    @property
    def everything(self) -> list[httpx2.Response]:
        """All answers, asked for by a link or by a form."""
        return [*(one.answer for one in self.seen), *self.answers]

    @property
    def pages(self) -> list[tuple[str, Page]]:
        """All that a browser would show as a page, by who saw it where."""
        asked = [(f"{one.who} {one.address}", one.page) for one in self.seen if one.page]
        sent = [
            (f"POST {answer.request.url}", Page(str(answer.request.url), answer.text))
            for answer in self.answers
            if answer.headers.get("content-type", "").startswith("text/html")
        ]
        return asked + sent


@contextmanager
def overhear() -> Generator[io.StringIO]:
    """Everything that is logged or printed, as it is set up in a process that serves."""
    said = io.StringIO()
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    root.handlers.clear()
    with redirect_stderr(said), redirect_stdout(said):
        log.configure()
        try:
            yield said
        finally:
            root.level, root.handlers[:] = before
            structlog.reset_defaults()


@pytest.fixture(scope="module")
async def tour(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tour]:
    """The tour; its tests only look at what came of it."""
    with cluster.database("tour_" + tmp_path_factory.getbasetemp().name.replace("-", "_")) as urls:
        async with open_house(urls, tmp_path_factory.mktemp("house")) as house:
            tour = Tour(house=house)
            with overhear() as said:
                await plant(tour)
                await look(tour)
                await break_down(tour, urls.owner)
                tour.logged = said.getvalue()
            yield tour


async def plant(tour: Tour) -> None:
    """A customer, the brand's application, and an administrator who fills in whatever can be filled in."""
    house, keep = tour.house, tour.answers.append
    others = await house.world.begin(f"nazywam się {OTHERS[1]}, {OTHERS[0]}", brand=house.world.other)
    tour.theirs = others.reference
    async with house.browser() as browser:
        chat = await house.chat(browser)
        keep(await chat.write(QUESTION))
        await house.settle()
        _, events = await house.listen(f"/chat/{chat.door}/stream?lang=pl", chat.token)
        answered = next(one for one in events["messages"] if one["kind"] == "answer")
        comment = {"message": answered["id"], "helped": False, "reason": "wrong"}
        keep(await chat.post("feedback", **comment, comment=f"{WORDS[3]} {PROBE}"))
        keep(await chat.write(f"nazywam się Anna {CONTACT[3]}, {CONTACT[0]}, tel. {CONTACT[1]}, {WORDS[0]} {PROBE}"))
        keep(await chat.write(LINKS))
        keep(await chat.write("Porozmawiaj z człowiekiem", kind="person"))
        keep(await chat.post("contact", value=CONTACT[0]))
        body = {"conversation": PROBE, "sender": PROBE, "text": f"{CONTACT[0]} {PROBE}", PROBE: PROBE}
        keep(await house.deliver(browser, body))
        keep(await house.deliver(browser, [PROBE, {PROBE: CONTACT[0]}]))
        await house.settle()
        help_ = f"/help/{house.world.brand.slug}/pl"
        keep(await browser.post(f"{help_}/search", data={"question": f"{WORDS[1]} {CONTACT[0]} {PROBE}"}))
        rating = {"helped": "no", "reason": "unclear", "comment": f"{WORDS[3]} {CONTACT[0]} {PROBE}"}
        keep(await browser.post(f"{help_}/articles/{ARTICLE.id}/feedback", data=rating))
        keep(await chat.get("transcript"))
        keep(await browser.get(f"/help/{quote(WORDS[1])}/pl/articles/{quote(WORDS[2])}"))
    async with await house.enter("admin") as admin:
        seen = await crawl(admin, "admin", ["/desk?view=all"])
        talks = [one for one in seen if urlsplit(one.address).path.startswith("/desk/conversations/")]
        assert talks, "no conversation was seen"
        for one in talks:
            data = {"csrf": csrf(one.answer.text)}
            talk = urlsplit(one.address).path
            keep(await admin.post(f"{talk}/take-over", data=data))
            note = {**data, "as": "note", "once": str(uuid4()), "text": f"{WORDS[4]} {CONTACT[0]} {PROBE}"}
            keep(await admin.post(f"{talk}/say", data=note))
        keep(await admin.post("/desk/search", data={"csrf": csrf(talks[0].answer.text), "words": WORDS[1]}))
        title = {**dict.fromkeys(("title", "description", "body"), f"{WORDS[2]} {PROBE}"), "id": "kanarek"}
        for text in FORMS:
            seen = await crawl(admin, "admin", starts(house))
            tour.answers += await fill_in(admin, seen, text)
        new = next(one for one in seen if urlsplit(one.address).path == "/desk/articles/seans/pl" and one.page)
        assert new.page is not None
        form = next(form for form in new.page.forms if "body" in form.typed)
        keep(await admin.post(form.action, data={**form.fields, **title}))
    await house.settle()


async def look(tour: Tour) -> None:
    """Everybody goes everywhere."""
    house = tour.house
    for role in ROLES:
        async with await house.enter(role) as browser:
            tour.seen += await crawl(browser, role, starts(house))
    async with house.browser() as browser:
        tour.seen += await crawl(browser, "nobody", starts(house))


async def break_down(tour: Tour, owner: str) -> None:
    """Faults of ours, while somebody's words are in our hands."""
    house = tour.house
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("alter table okienko.article_feedback rename to gone")
        connection.execute("alter table okienko.vault_item rename to gone_too")
    async with house.browser() as browser:
        help_ = f"/help/{house.world.brand.slug}/pl/articles/{ARTICLE.id}/feedback"
        rating = {"helped": "no", "reason": "unclear", "comment": f"{WORDS[3]} {CONTACT[0]}"}
        tour.answers.append(await browser.post(help_, data=rating))
        tour.answers.append(
            await house.deliver(browser, {"conversation": "c", "sender": "s", "text": f"{WORDS[0]} {CONTACT[0]}"})
        )
    assert [answer.status_code for answer in tour.answers[-2:]] == [500, 503]
    logging.getLogger("asyncio").error("a task has failed: %s", WORDS[0], exc_info=ValueError(WORDS[0]))


def texts(answers: Sequence[httpx2.Response]) -> list[tuple[str, str]]:
    return [(f"{answer.request.method} {answer.request.url}", answer.text) for answer in answers]


async def test_the_tour_has_seen_the_house(tour: Tour) -> None:
    """Otherwise what follows would hold of nothing."""
    assert len({urlsplit(one.address).path for one in tour.seen if one.answer.status_code == 200}) > 25
    filled = {answer.request.url.path for answer in tour.answers if answer.request.method == "POST"}
    assert len(filled) > 25
    shown = "".join(answer.text for answer in tour.everything)
    for planted in ("okienko-probe", *WORDS):
        assert planted in shown, planted
    faults = [str(answer.request.url) for answer in tour.everything if answer.status_code >= 500]
    assert len(faults) == 2, faults


async def test_sec_08_nothing_that_somebody_wrote_becomes_a_part_of_a_page(tour: Tour) -> None:
    for where, page in tour.pages:
        assert "okienko-probe" not in page.tags, where
        for tag, name, value in page.attributes:
            assert not name.startswith("on"), (where, tag, name)
            assert "okienko-probe" not in name, (where, tag, name)
            assert (tag, name) != ("img", "src") or value.startswith("/static/"), (where, value)
            if name in {"href", "src", "action", "formaction", "hx-get", "hx-post"}:
                assert not value.strip().lower().startswith(("javascript:", "data:", "vbscript:")), (where, tag, value)
    for where, text in texts(tour.everything):
        assert "1337" not in re.sub(r"\d{5,}|[0-9a-f]{8,}", "", text), f"{where}: a template was run"


async def test_sec_08_what_is_no_page_is_not_taken_for_one(tour: Tour) -> None:
    for answer in tour.everything:
        kind = answer.headers.get("content-type", "")
        assert answer.headers.get("x-content-type-options") == "nosniff"
        assert not kind.startswith(("image/svg", "application/xml", "text/xml")) or "/static/" in str(
            answer.request.url
        )
        if answer.content:
            assert kind, answer.request.url


async def test_sec_09_every_answer_has_its_headers(tour: Tour) -> None:
    """Pages, redirects, refusals, hooks, files and faults."""
    door = tour.house.world.doors[tour.house.world.brand.id]
    for answer in tour.everything:
        where = f"{answer.request.method} {answer.request.url} {answer.status_code}"
        policy = answer.headers.get("content-security-policy", "")
        assert "default-src 'none'" in policy, where
        assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "") or "packs" in where, where
        framed = answer.request.url.path == f"/chat/{door}"
        assert framed or "frame-ancestors 'none'" in policy, where
        assert "script-src 'self'" in policy or "script-src" not in policy, where
        assert answer.headers.get("referrer-policy") in {"same-origin", "no-referrer"}, where
        assert answer.headers.get("x-content-type-options") == "nosniff", where
        assert "camera=()" in answer.headers.get("permissions-policy", ""), where
        assert "cross-origin-resource-policy" in answer.headers, where
        kept = answer.headers.get("cache-control", "")
        assert kept == "no-store" or not answer.request.url.path.startswith("/desk"), where
        assert "access-control-allow-origin" not in answer.headers or framed, where
        for cookie in answer.headers.get_list("set-cookie"):
            assert "httponly" in cookie.lower(), where
            assert "samesite=lax" in cookie.lower(), where


async def test_prv_15_the_desk_shows_no_contact_data_by_itself(tour: Tour) -> None:
    """Nor does any other page. A search of the help centre gives back what was typed, to whoever typed it; and a value
    is shown to who has asked for it with a reason (PRV-14).
    """
    for where, text in texts(tour.everything):
        if where.endswith(("/search", "/reveal")):
            continue
        for value in (*CONTACT, *OTHERS):
            assert value not in text, f"{where} shows {value}"


async def test_prv_15_nobody_sees_people_of_another_brand(tour: Tour) -> None:
    assert re.fullmatch(r"[A-Z2-9]{3}-[A-Z2-9]{4}", tour.theirs)
    for where, text in texts(tour.everything):
        assert tour.theirs not in text, where


async def test_prv_16_no_page_names_a_third_party_to_ask(tour: Tour) -> None:
    """Links lead elsewhere when somebody follows them; nothing is fetched from elsewhere by itself."""
    for where, page in tour.pages:
        for tag, name, value in page.attributes:
            if (tag, name) in {("a", "href"), ("link", "href")} and tag == "a":
                continue
            if name in {"src", "href", "srcset", "action", "poster", "data", "background", "ping", "formaction"}:
                assert "//" not in value or is_ours(value), (where, tag, value)
    for answer in tour.everything:
        for source in re.findall(r"https?://[^\s;]+", answer.headers.get("content-security-policy", "")):
            raise AssertionError(f"{answer.request.url} may ask {source}")


async def test_prv_17_logs_hold_no_message_address_search_term_or_title(tour: Tour) -> None:
    lines = [line for line in tour.logged.splitlines() if line.strip()]
    for heard in ("request_broke", "commit_broke", '"where": "asyncio"'):
        assert heard in tour.logged, "the probe sees what is there"
    for planted in (*WORDS, *CONTACT, *OTHERS, "okienko-probe", QUESTION, ARTICLE.title):
        for spelt in (planted, quote(planted), planted.encode().hex()):
            assert spelt not in tour.logged, planted
    for line in lines:
        assert set(orjson.loads(line)) <= log.ALLOWED


async def test_prv_17_what_a_supervisor_may_read_holds_no_words(tour: Tour) -> None:
    async with tour.house.browser() as browser:
        for address in ("/healthz", "/metrics"):
            answer = await browser.get(address)
            for planted in (*WORDS, *CONTACT, "seans", "okienko-probe"):
                assert planted not in answer.text or answer.status_code == 404
