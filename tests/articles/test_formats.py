"""CSV, HTML, a Zendesk export and sitemaps become drafts, or a list of everything that is wrong with them."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.articles.body import render_body
from okienko.articles.drafts import Defaults, Draft, ImportRefused, Problem
from okienko.articles.importers.files import read_path
from okienko.articles.importers.markup import convert, read_pages
from okienko.articles.importers.sitemap import Sitemap, of_site, read_robots, read_sitemap
from okienko.articles.importers.table import read_table
from okienko.articles.importers.zendesk import read_zendesk

DEFAULTS = Defaults(category="pomoc", language="pl")


def problems_of(refusal: pytest.ExceptionInfo[ImportRefused]) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.what, problem.fix) for problem in refusal.value.problems]


# CSV -----------------------------------------------------------------------------------------------------------------

ROW = "kaucja{d}Kiedy wraca kaucja?{d}Żółta kaucja wraca po trzech dniach.{d}gdzie kaucja|kiedy zwrot\r\n"
HEAD = "id{d}title{d}body{d}questions\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859_2"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    (draft,) = read_table("a.csv", (HEAD + ROW).format(d=delimiter).encode(encoding), DEFAULTS)
    assert (draft.id, draft.title, draft.body) == (
        "kaucja",
        "Kiedy wraca kaucja?",
        "Żółta kaucja wraca po trzech dniach.",
    )
    assert [question.text for question in draft.questions] == ["gdzie kaucja", "kiedy zwrot"]


def test_cells_hold_lines_and_quotes_and_an_id_comes_from_the_title() -> None:
    text = 'Title,Body,Lang\n\n"Zwrot ""na szybko""","Raz,\nDwa.",en\nInny,Tekst,\n'
    english, polish = read_table("a.csv", text.encode(), DEFAULTS)
    assert (english.id, english.title, english.body, english.language) == (
        "zwrot-na-szybko",
        'Zwrot "na szybko"',
        "Raz,\nDwa.",
        "en",
    )
    assert (polish.id, polish.language) == ("inny", "pl")


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("", 1, "no article", "first row"),
        ("title,body\n", 1, "no article", "first row"),
        ("\ntitle,tekst\nA,B\n", 2, "“tekst” is not known", "keys"),
        ("titel,body\nA,B\n", 1, "“titel”", "“title”"),
        ("title,title,body\nA,B,C\n", 1, "2 columns “title”", "one"),
        ('title,body\n"A\nB",C\nD\n', 4, "the row has 1 cells, the first one 2", "quotes"),
        ('title,body\nA,B\n"C,D\n', 3, "a cell has no end", '""'),
        ("title,body\nA,\n", 2, "no text", "Write"),
        ("title,body,review_on\nA,B,jutro\n", 2, "no date", "2027-03-31"),
        ("title,body\nA,B\nA,C\n", 3, "was used in a.csv:2", "another"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(text: str, line: int, what: str, fix: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        read_table("a.csv", text.encode(), DEFAULTS)
    found = problems_of(refusal)[0]
    assert found[0] == line
    assert what in found[1]
    assert fix in found[2]


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='title,body;"\n\r\t|ąx\0', max_size=60).map(str.encode))
def test_odd_tables_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"title,body\n"):
        try:
            read = list[Problem | Draft](read_table("a.csv", start + content, DEFAULTS))
        except ImportRefused as refusal:
            read = list(refusal.problems)
        assert read
        assert all(isinstance(one, Draft) or (one.line >= 1 and one.what and one.fix) for one in read)


# HTML ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Masz <b>14 dni </b>na <em>zwrot</em>.", "Masz **14 dni** na *zwrot*."),
        ("<p>Raz.<br>Dwa.<p>Trzy.", "Raz.\nDwa.\n\nTrzy."),
        ("<h3>Koszt <i>netto</i></h3>tekst", "### Koszt *netto*\n\ntekst"),
        ("<ul><li>raz<li>dwa<ul><li>a<li>b</ul></ul>", "- raz\n- dwa\n  - a\n  - b"),
        ("<ol start=3><li>c<li><p>d</p><p>e</p></ol>", "3. c\n4. d\n\n   e"),
        ("<table><tr><th>A<th>B<tr><td>1|2<td>x<br>y</table>", "| A | B |\n| --- | --- |\n| 1\\|2 | x y |"),
        ("<pre>kod\n  x</pre>", "```\nkod\n  x\n```"),
        ("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b"),
        ("<dl><dt>Pytanie<dd>Odpowiedź</dl>", "**Pytanie**\n\nOdpowiedź"),
        ("<details><summary>Ile?</summary>Trzy.</details>", "### Ile?\n\nTrzy."),
        (
            "<p># nie nagłówek<p>- nie lista<p>a *b* [c] d_e _f_",
            "\\# nie nagłówek\n\n– nie lista\n\na \\*b\\* \\[c\\] d_e \\_f\\_",
        ),
        (
            '<p><a href="/a b(1)">x</a> <a href="javascript:y">y</a> <a href="#z">z</a>',
            "[x](https://a.example/a%20b%281%29) y z",
        ),
        ("<p>a<script>alert(1)</script><style>p{}</style><nav>menu</nav><form><button>Tak</button></form>b", "a\n\nb"),
        ("<header>Sklep</header><p>tekst</p><footer>stopka</footer>", "tekst"),
        ("<div>x</div><main><p>tekst</main><aside>y</aside>", "tekst"),
        ("<p>&lt;script&gt; &amp;amp;", "\\<script> &amp;"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert convert(html, base="https://a.example/pomoc") == ("", markdown)


PAGE = """<!doctype html><html lang="{lang}"><head><title>Kaucja – Sklep</title>
<meta name="description" content="Kiedy wraca."></head><body><h1>Kiedy wraca kaucja?</h1><p>Żółta, po dniu.</body>"""


def test_pages_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "zwroty" / "kaucja").mkdir(parents=True)
    (tmp_path / "zwroty" / "kaucja" / "index.html").write_text(PAGE.format(lang="pl-PL"))
    (tmp_path / "rower.htm").write_bytes(
        b'<meta charset="iso-8859-2">' + PAGE.format(lang="de").encode("iso8859_2", "xmlcharrefreplace")
    )
    (tmp_path / "tajne.html").write_text('<meta name="robots" content="NOINDEX">' + PAGE)
    rower, kaucja = read_path(tmp_path, DEFAULTS)
    assert (kaucja.id, kaucja.category, kaucja.title, kaucja.description, kaucja.body, kaucja.language) == (
        "kaucja",
        "kaucja",
        "Kiedy wraca kaucja?",
        "Kiedy wraca.",
        "Żółta, po dniu.",
        "pl",
    )
    assert (rower.id, rower.category, rower.body, rower.language) == ("rower", "pomoc", "Żółta, po dniu.", "pl")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<p>\xff", "encoding"),
        (b"<p>tekst", "title is missing"),
        (b"<h1>T</h1><img src=x>", "no text"),
        (b"<title>T</title>" + b"<div>" * 3000 + b"x", "nested too deeply"),
    ],
)
def test_a_page_that_is_no_article_is_named(content: bytes, what: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        read_pages([("a.html", content)], DEFAULTS)
    assert what in problems_of(refusal)[0][1]


@settings(deadline=None)
@given(st.text(alphabet='<>/="ah1plioscript &;#x\n*_`[]()-', max_size=120))
def test_sec_08_whatever_html_says_the_article_has_no_tags_of_its_own(html: str) -> None:
    _, markdown = convert(html)
    assert "<script" not in str(render_body(markdown).html)


# Zendesk -------------------------------------------------------------------------------------------------------------


def zendesk(**changes: object) -> dict[str, object]:
    return {
        "id": 360001,
        "title": "Kiedy wraca kaucja?",
        "body": "<p>Po <b>trzech</b> dniach.</p>",
        "locale": "pl",
        "draft": False,
        "section_id": 7,
        "user_segment_id": None,
        "html_url": "https://sklep.zendesk.example/hc/pl/articles/360001",
        **changes,
    }


SECTIONS = {"sections": [{"id": 7, "name": "Kaucje", "category_id": 70}, {"id": 8, "name": "Rower"}]}
CATEGORIES = {"categories": [{"id": 70, "name": "Płatności"}]}


def read_export(*articles: dict[str, object]) -> tuple[Draft, ...]:
    files = {"articles.json": {"articles": articles}, "s.json": SECTIONS, "c.json": CATEGORIES}
    return read_zendesk([(name, orjson.dumps(value)) for name, value in files.items()], DEFAULTS)


def test_a_zendesk_export() -> None:
    english = zendesk(locale="en-us", title="Deposit", section_id=8)
    hidden = (zendesk(id=1, draft=True), zendesk(id=2, user_segment_id=5), zendesk(id=3, locale="de"))
    first, second = read_export(zendesk(), english, *hidden)
    assert (first.id, first.language, first.category, first.category_name) == ("360001", "pl", "platnosci", "Płatności")
    assert first.body == "Po **trzech** dniach."
    assert (second.language, second.category) == ("en", "rower")


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ([b"{"], "not JSON"),
        ([b"[1]"], "neither"),
        ([orjson.dumps({"articles": [zendesk(draft=True)]})], "no article to publish (1 left out)"),
        ([orjson.dumps(SECTIONS)], "there are no “articles”"),
        ([orjson.dumps({"articles": [zendesk(body="")]})], "no text"),
        ([orjson.dumps({"articles": [zendesk(id=None, title=None)]})], "title is missing"),
        ([orjson.dumps({"articles": [zendesk(), zendesk()]})], "was used"),
    ],
)
def test_what_is_wrong_in_an_export_is_named(files: list[bytes], what: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        read_zendesk([(f"{n}.json", content) for n, content in enumerate(files)], DEFAULTS)
    assert what in problems_of(refusal)[0][1]


def test_the_line_of_an_article_in_an_export() -> None:
    text = orjson.dumps({"articles": [zendesk(), zendesk(id=9, body="")]}, option=orjson.OPT_INDENT_2)
    with pytest.raises(ImportRefused) as refusal:
        read_zendesk([("a.json", text)], DEFAULTS)
    assert text.splitlines()[problems_of(refusal)[0][0] - 1].strip() == b'"id": 9,'


# sitemaps ------------------------------------------------------------------------------------------------------------

MAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://a.example/pomoc/kaucja?x=1&amp;y=2</loc><image:image><image:loc>https://a.example/a.png</image:loc>
</image:image></url><url><loc><![CDATA[https://a.example/b#c]]></loc></url><url><loc> https://a.example/b </loc></url>
</urlset>"""
ADDRESSES = ("https://a.example/pomoc/kaucja?x=1&y=2", "https://a.example/b")


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (MAP.encode(), Sitemap(addresses=ADDRESSES, of_sitemaps=False)),
        (gzip.compress(MAP.encode(), mtime=0), Sitemap(addresses=ADDRESSES, of_sitemaps=False)),
        (
            b"<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>",
            Sitemap(addresses=("https://a.example/1.xml",), of_sitemaps=True),
        ),
        (b"<html>", None),
        (b"\x1f\x8bx", None),
        (gzip.compress(b"<urlset>" + b" " * 20_000, mtime=0), None),  # unpacked, it is larger than we take
    ],
)
def test_sitemaps(content: bytes, read: Sitemap | None) -> None:
    assert read_sitemap(content, most_bytes=10_000) == read


def test_sec_07_a_site_cannot_send_us_elsewhere() -> None:
    own = ["https://a.example/x", "https://A.example/y"]
    others = [
        "http://a.example/x",
        "https://a.example:8443/x",
        "https://b.example/x",
        "https://a.example@b.example/x",
        "https://user@a.example/x",
        "file:///etc/passwd",
        "https://[::1",
        "//a.example/x",
    ]
    assert of_site([*own, *others], "https://a.example/sitemap.xml") == tuple(own)


@pytest.mark.parametrize(
    ("status", "content", "allowed"),
    [
        (200, b"User-agent: *\nDisallow: /private", {"/help": True, "/private/x": False}),
        (200, b"User-agent: okienko\nDisallow: /\n\nUser-agent: *\nAllow: /", {"/help": False}),
        (404, b"<html>", {"/help": True}),
        (403, b"", {"/help": True}),
        (503, b"", {"/help": False}),
        (301, b"", {"/help": False}),
    ],
)
def test_robots(status: int, content: bytes, allowed: dict[str, bool]) -> None:
    robots = read_robots(status, content)
    assert {path: robots.allow(f"https://a.example{path}") for path in allowed} == allowed


def test_a_site_may_ask_us_to_be_slow_within_reason() -> None:
    assert read_robots(200, b"User-agent: *\nCrawl-delay: 2").delay == 2
    assert read_robots(200, b"User-agent: *\nCrawl-delay: 900").delay == 10
    assert read_robots(404, b"").delay == 0
