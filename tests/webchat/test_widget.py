"""The widget in a browser, as a customer has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, Frame, Page, Route, expect

from tests.web_world import CITATION, DOOR, SHOP, Site

pytestmark = pytest.mark.anyio


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A shop's page with the script, on an origin of its own. Any error of a script fails the test."""
    context = await browser.new_context(locale="pl-PL", viewport={"width": 1024, "height": 760})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    yield page
    await context.close()
    assert errors == []


async def open_window(page: Page, site: Site) -> Frame:
    await page.goto(site.shop)
    await page.get_by_role("button", name="Pomoc").click()
    frame = await page.wait_for_selector("iframe")
    window = await frame.content_frame() if frame else None
    assert window is not None
    await expect(window.locator("#close")).to_be_visible()
    return window


async def write(window: Frame, text: str) -> None:
    await window.fill("#text", text)
    await window.press("#text", "Enter")


async def agree(window: Frame) -> None:
    """Reads what will be hidden, and sends."""
    await window.locator("#before").get_by_role("button", name="Wyślij").click()


async def test_nothing_is_asked_or_stored_before_the_click(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(site.shop)
    await expect(page.get_by_role("button", name="Pomoc")).to_be_visible()
    assert asked == [site.shop, f"{site.address}/chat/{DOOR}.js"]
    assert await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


async def test_opening_makes_no_record(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await expect(window.get_by_text("To jest program (bot), nie człowiek.")).to_be_visible()
    await expect(window.locator("#text")).to_be_focused()
    assert await site.world.rows("select count(*) from conversation") == [(0,)]


async def test_escape_closes_and_gives_the_focus_back(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await window.locator("#text").press("Escape")
    button = page.get_by_role("button", name="Pomoc")
    await expect(button).to_be_focused()
    await expect(page.locator("iframe")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(window.locator("#text")).to_be_focused()
    # By key: where a click goes, a busy browser may not yet know of a frame that has just come back.
    await window.get_by_role("button", name="Zamknij").press("Enter")
    await expect(button).to_be_focused()


async def test_a_local_file_may_have_the_widget(browser: Browser, site: Site, tmp_path: Any) -> None:
    (tmp_path / "shop.html").write_text(SHOP.format(f"{site.address}/chat/{DOOR}.js"), "utf-8")
    page = await browser.new_page()
    await page.goto(f"file://{tmp_path}/shop.html")
    await page.get_by_role("button", name="Pomoc").click()
    window = page.frame_locator("iframe")
    await window.locator("#text").fill("dzień dobry")
    await window.locator("#text").press("Enter")
    await expect(window.locator("#log .bubble.own .said")).to_have_text("dzień dobry")
    await window.locator("#text").press("Escape")
    await expect(page.get_by_role("button", name="Pomoc")).to_be_focused()
    await page.close()


async def test_a_question_an_answer_and_a_rating(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "mój adres to anna@poczta.example")
    await agree(window)
    await expect(window.locator("#log .bubble.own .said")).to_have_text("mój adres to [e-mail]")
    await expect(window.locator("#status")).to_have_text("Bot szuka odpowiedzi…")
    conversation = await site.conversation()
    await site.world.run("update lane set answered = arrived")
    await site.say(conversation, CITATION.quote, kind="answer", citations=(CITATION,))
    answer = window.locator(".bubble.bot")
    await expect(answer.locator(".who b")).to_have_text("Bot")
    await expect(answer.locator("blockquote p")).to_have_text(f"„{CITATION.quote}”")
    await expect(answer.locator("blockquote mark")).to_have_text("Kod działa 10 minut.")
    await expect(answer.locator("a")).to_have_attribute("href", "/help/seans/pl/articles/logowanie-na-telewizorze")
    await expect(answer.locator("footer")).to_contain_text("stan na 3 września, wersja 3")
    await expect(window.locator("#status")).to_have_text("")
    await answer.get_by_role("button", name="Nie", exact=True).click()
    await answer.get_by_label("Jest nieaktualna").check()
    await answer.get_by_label("Własnymi słowami (opcjonalnie)").fill("kod działa krócej")
    await answer.get_by_role("button", name="Wyślij ocenę").click()
    await expect(answer.locator(".feedback")).to_have_text("Ocena zapisana: nie pomogło.")
    assert await site.world.rows("select helped, reason, comment from answer_feedback") == [
        (False, "outdated", "kod działa krócej")
    ]


async def test_what_is_typed_stays_until_it_is_sent(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await window.locator("#text").press_sequentially("jan@poczta.example, 601 234 567")
    assert asked == []


PANEL = {
    "pl": ("Przed wysłaniem ukryjemy: adres e-mail (2), numer telefonu", "Wyślij", "Popraw wiadomość", "telefon"),
    "en": ("Before sending, we hide: e-mail address (2), phone number", "Send", "Change the message", "phone"),
}


@pytest.mark.parametrize("language", PANEL)
async def test_prv_05_a_customer_sees_what_will_be_hidden_and_may_change_it(
    browser: Browser, site: Site, language: str
) -> None:
    title, send, edit, phone = PANEL[language]
    text = f"[e-mail] albo [e-mail 2], tel. [{phone}]"
    context = await browser.new_context(locale=language)
    page = await context.new_page()
    await page.goto(f"{site.address}/chat/{DOOR}?lang={language}")
    typed = "ja@poczta.example albo on@poczta.example, tel. 601 234 567"
    await write(page.main_frame, typed)
    panel = page.get_by_role("region", name=title)
    await expect(panel).to_be_focused()
    await expect(panel.locator("#before-text")).to_have_text(text)
    await expect(panel.locator("mark")).to_have_count(3)
    await expect(page.locator("#composer")).to_be_hidden()
    await expect(page.locator(".bubble")).to_have_count(0)
    await expect(page.locator("#status")).to_have_text("")
    assert await site.world.rows("select count(*) from conversation") == [(0,)]

    await panel.press("Escape")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#text")).to_have_value(typed)
    await page.press("#text", "Enter")
    await panel.get_by_role("button", name=edit).click()
    await expect(page.locator("#text")).to_have_value(typed)
    await page.press("#text", "Enter")
    await expect(panel).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(panel.get_by_role("button", name=send)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#log .bubble.own .said")).to_have_text([text])
    await expect(page.locator("#text")).to_be_focused()

    await write(page.main_frame, "to znów ja@poczta.example")  # this kind was seen
    await expect(page.locator("#log .bubble.own .said")).to_have_text([text, "to znów [e-mail]"])
    await context.close()


async def test_a_customer_need_not_be_asked_again(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/chat/{DOOR}")
    window = page.main_frame
    await write(window, "tel. 601 234 567")
    await window.get_by_label("Nie pytaj więcej w tej rozmowie").check()
    await agree(window)
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    await page.reload()
    await write(window, "mail ja@poczta.example")
    await expect(window.locator("#log .bubble.own .said")).to_have_text(["tel. [telefon]", "mail [e-mail]"])
    await window.get_by_role("button", name="Twoje dane").click()
    await window.get_by_role("button", name="Zapomnij rozmowę na tym urządzeniu").click()
    await write(window, "mail ja@poczta.example")
    await agree(window)
    await expect(window.locator("#log .bubble.own .said")).to_have_text(["mail [e-mail]"])


async def test_words_about_health_are_no_matter_for_a_chat(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    asks: dict[str, Any] = {"hidden": {}, "sensitive": ["HEALTH"], "text": "mam cukrzycę"}
    await page.route("**/start", lambda route: route.fulfill(status=409, json=asks), times=1)
    await write(window, "mam cukrzycę")
    panel = window.get_by_role("region", name="To chyba informacja o zdrowiu lub o czymś równie prywatnym.")
    await expect(panel).to_contain_text("Nie trzeba o tym pisać")
    await expect(panel.locator("#before-text")).to_be_hidden()
    await panel.get_by_role("button", name="Porozmawiaj z człowiekiem").click()
    await expect(window.locator("#log .bubble.own .said")).to_have_text(["Porozmawiaj z człowiekiem"])
    await expect(window.locator("#text")).to_have_value("mam cukrzycę")
    assert await site.world.rows("select kind from message") == [("person",)]


async def test_a_customer_who_writes_too_much_is_told_when_to_go_on(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await page.route("**/hooks/**", lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}), times=1)
    async with page.expect_response(lambda answer: "/hooks/" in answer.url and answer.ok):
        await write(window, "szybko")
        await expect(window.locator("#status")).to_have_text(
            "Dużo wiadomości w krótkim czasie. Ta wyśle się sama za 1 s."
        )
    await page.route("**/hooks/**", lambda route: route.fulfill(status=429, headers={"Retry-After": "7200"}), times=1)
    await write(window, "za dużo")
    await expect(window.locator("#status")).to_contain_text("Tę można wysłać dopiero później:")
    await window.get_by_role("button", name="Wyślij ponownie").click()
    await expect(window.locator("#log .bubble.own .said")).to_have_text(["szybko", "za dużo"])


async def test_a_category_is_a_choice_and_a_person_a_kind(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await window.get_by_role("button", name="Konto i logowanie").click()
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    await window.get_by_role("button", name="Porozmawiaj z człowiekiem").click()
    await expect(window.locator("#log .bubble.own")).to_have_count(2)
    assert await site.world.rows("select kind, choice, text from message order by arrival") == [
        ("choice", "konto", "Konto i logowanie"),
        ("person", None, "Porozmawiaj z człowiekiem"),
    ]


async def test_articles_are_offered_by_their_titles_and_one_is_picked(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "coś z hasłem")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    conversation = await site.conversation()
    choices = (f"article:{CITATION.article}", "person")
    await site.say(conversation, "Czy o to chodzi?", kind="clarify", choices=choices, citations=(CITATION,))
    offer = window.locator("#log .bubble.bot").last
    await expect(offer.locator("blockquote")).to_have_count(0)
    await expect(offer.get_by_role("listitem")).to_have_text([CITATION.title, "Porozmawiaj z człowiekiem"])
    await offer.get_by_role("button", name=CITATION.title).click()
    await expect(window.locator("#log .bubble.own")).to_have_count(2)
    assert await site.world.rows("select kind, text from message where author = 'customer' order by arrival") == [
        ("text", "coś z hasłem"),
        ("choice", CITATION.title),
    ]


async def test_a_quoted_table_is_a_table_again(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "ile to kosztuje")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    conversation = await site.conversation()
    table = "Ceny na dziś:\nPlan | Cena\nSolo | 29 zł\nDuet | 39 zł"
    await site.say(conversation, "", kind="answer", citations=(replace(CITATION, quote=table),))
    quoted = window.locator("#log .quote")
    await expect(quoted.locator("p")).to_have_text("„Ceny na dziś:")
    await expect(quoted.locator("tr")).to_have_text(["PlanCena", "Solo29 zł", "Duet39 zł"])
    await expect(quoted.get_by_text("|")).to_have_count(0)


async def test_rel_05_a_lost_answer_is_sent_again_and_stored_once(page: Page, site: Site) -> None:
    tries = 0

    async def stumble(route: Route) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await route.fulfill(status=503, headers={"Retry-After": "1"}, body="{}")
        elif tries == 2:
            await route.fetch()  # it is stored, but the browser does not hear of it
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/hooks/**", stumble)
    window = await open_window(page, site)
    async with page.expect_response(lambda answer: "/hooks/" in answer.url and answer.ok) as heard:
        await write(window, "raz")
        await expect(window.locator("#status")).to_have_text(
            "Teraz pisze wiele osób. Wiadomość wyśle się sama za chwilę."
        )
    assert await (await heard.value).json() == {"state": "duplicate"}
    assert tries == 3
    await expect(window.locator(".bubble.own")).to_have_count(1)
    assert await site.world.rows("select text from message") == [("raz",)]
    await write(window, "dwa")
    await expect(window.locator(".bubble.own .said")).to_have_text(["raz", "dwa"])


async def test_a_refused_message_says_so_and_can_be_discarded(page: Page, site: Site) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=400, body="{}")

    await page.route("**/hooks/**", refuse)
    window = await open_window(page, site)
    await write(window, "za długie")
    await expect(window.locator(".bubble.failed")).to_contain_text("Tej wiadomości nie udało się przyjąć.")
    await window.get_by_role("button", name="Usuń").click()
    await expect(window.locator(".bubble")).to_have_count(0)


async def test_rel_03_history_is_there_after_a_reload_and_a_lost_connection(browser: Browser, site: Site) -> None:
    context = await browser.new_context(locale="pl-PL")
    page = await context.new_page()
    await page.goto(f"{site.address}/chat/{DOOR}")
    await write(page.main_frame, "pierwsza")
    await expect(page.locator("#log .bubble.own")).to_have_count(1)
    await page.reload()
    await expect(page.locator("#log .bubble.own .said")).to_have_text(["pierwsza"])
    await context.set_offline(True)
    await expect(page.locator("#status")).to_have_text("Brak połączenia. Wiadomości wyślą się, gdy wróci.")
    await write(page.main_frame, "druga")
    await expect(page.locator(".bubble.queued")).to_contain_text("Wyśle się, gdy wróci połączenie")
    conversation = await site.conversation()
    await site.world.say(conversation, "w tym czasie", author="agent")
    await context.set_offline(False)
    await expect(page.locator("#log .bubble .said")).to_have_text(["pierwsza", "w tym czasie", "druga"])
    await expect(page.locator("#pending .bubble")).to_have_count(0)
    await page.get_by_role("button", name="Twoje dane").click()
    await page.get_by_role("button", name="Zapomnij rozmowę na tym urządzeniu").click()
    await expect(page.locator(".bubble")).to_have_count(0)
    await page.reload()
    assert await page.evaluate("localStorage.length") == 0
    await context.close()


async def test_an_agents_words_are_words(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "jestem")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    conversation = await site.conversation()
    await site.world.run("update conversation set holder = 'agent', agent_id = %(a)s", a=site.world.agent)
    said = '<img src=x onerror="document.title=1"> https://seans.example/pomoc. javascript:alert(1)'
    await site.say(conversation, said, author="agent")
    bubble = window.locator(".bubble.agent")
    await expect(bubble.locator(".said")).to_have_text(said)
    await expect(bubble.locator("a")).to_have_count(1)
    await expect(bubble.locator("a")).to_have_attribute("href", "https://seans.example/pomoc")
    await expect(bubble.locator(".who b")).to_have_text("Anna")
    await expect(window.locator("#notice")).to_have_text("Tę rozmowę prowadzi człowiek: Anna.")
    await expect(window.get_by_role("button", name="Porozmawiaj z człowiekiem")).to_be_visible()
    await site.live.announce_typing(site.world.brand.id, conversation)
    await expect(window.locator("#status")).to_have_text("Anna pisze…")


async def test_nobody_there_leaves_a_contact(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "człowieka proszę")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    conversation = await site.conversation()
    await site.world.run("update conversation set holder = 'queue'")
    await site.say(conversation, "Nikogo nie ma.", kind="handoff", choices=("contact",))
    await window.get_by_label("E-mail lub telefon").fill("nic takiego")
    await window.get_by_role("button", name="Zapisz kontakt").click()
    await expect(window.get_by_role("alert")).to_contain_text("To nie wygląda na adres e-mail ani numer telefonu.")
    await window.get_by_label("E-mail lub telefon").fill("600 000 000")
    await window.get_by_role("button", name="Zapisz kontakt").click()
    await expect(window.locator("#contact")).to_have_count(0)
    assert await site.world.rows("select kind from identity") == [("phone",)]


async def test_a_long_message_is_counted_and_not_sent(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "ż" * 4001)
    await expect(window.locator("#counter")).to_contain_text("Za długa: 4001 z 4000 znaków.")
    assert await site.world.rows("select count(*) from conversation") == [(0,)]
    await window.fill("#text", "🙂" * 4000)
    await expect(window.locator("#counter")).to_have_text("4000 z 4000 znaków")
    await window.press("#text", "Enter")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)


async def test_the_conversation_can_be_downloaded(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await write(window, "zapisz to")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    async with page.expect_download() as download:
        await window.get_by_role("button", name="Pobierz rozmowę").click()
    file = await download.value
    ((reference,),) = await site.world.rows("select reference from conversation")
    assert file.suggested_filename == f"rozmowa-{reference}.txt"
    assert "zapisz to" in (await file.path()).read_text("utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a11_01_the_window_is_accessible(page: Page, site: Site, axe: str, theme: Any) -> None:
    await page.emulate_media(color_scheme=theme)
    window = await open_window(page, site)
    await write(window, "pytanie")
    await expect(window.locator("#log .bubble.own")).to_have_count(1)
    conversation = await site.conversation()
    await site.say(conversation, CITATION.quote, kind="answer", citations=(CITATION,))
    await site.world.run("update conversation set holder = 'queue'")
    await site.say(conversation, "Nikogo nie ma.", kind="handoff", choices=("contact",))
    await expect(window.locator(".bubble.bot")).to_have_count(2)
    await window.locator(".feedback").get_by_role("button", name="Nie", exact=True).click()
    await write(window, "tel. 601 234 567")
    await expect(window.locator("#before")).to_be_visible()
    await window.locator("#before").evaluate("e => Promise.all(e.getAnimations().map(a => a.finished))")
    await window.locator(".bubble").last.evaluate("e => Promise.all(e.getAnimations().map(a => a.finished))")
    await window.evaluate(axe)
    found: dict[str, Any] = await window.evaluate("axe.run()")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []
