"""The page kit: forms, origins, headers, static files."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from okienko.web import assets
from okienko.web.csrf import from_own_page, require_token
from okienko.web.forms import parse_multipart, parse_urlencoded, read_form, read_json
from okienko.web.headers import SecurityHeaders, content_policy
from okienko.web.templates import TEMPLATES, problem, render

BOUNDARY = b"x"


def multipart(*parts: tuple[str, str]) -> bytes:
    return b"".join(f"--x\r\n{head}\r\n\r\n{body}\r\n".encode() for head, body in parts) + b"--x--\r\n"


async def echo_form(request: Request) -> Response:
    return JSONResponse(await read_form(request, limit=200))


async def echo_json(request: Request) -> Response:
    return JSONResponse(dict(await read_json(request, limit=200)))


async def framed(_: Request) -> Response:
    return PlainTextResponse("", headers={"Content-Security-Policy": content_policy(None)})


async def missing(request: Request) -> Response:
    return render(request, "web/problem.html", code=404)  # `text` is forgotten


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = Starlette(
        routes=[
            *assets.routes(),
            Route("/form", echo_form, methods=["POST"]),
            Route("/json", echo_json, methods=["POST"]),
            Route("/framed", framed),
            Route("/missing", missing),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: problem, 404: problem},
    )
    return TestClient(app)


def test_forms_are_read(client: TestClient) -> None:
    sent = {"name": "Zażółć & gęślą=jaźń", "empty": ""}
    assert client.post("/form", data=sent).json() == sent
    body = multipart(('Content-Disposition: form-data; name="name"', "Zażółć\r\njaźń"))
    assert parse_multipart(body, BOUNDARY) == {"name": "Zażółć\r\njaźń"}
    typed = client.post("/form", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert typed.json() == {"name": "Zażółć\r\njaźń"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (multipart(('Content-Disposition: form-data; name="f"; filename="a.png"', "x")), 415),
        (multipart(("Content-Disposition: form-data", "nameless")), 400),
        (b"--y\r\n", 400),
        (multipart(*[(f'Content-Disposition: form-data; name="{n}"', "") for n in range(200)]), 400),
    ],
)
def test_bad_multipart_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(HTTPException) as caught:
        parse_multipart(body, BOUNDARY)
    assert caught.value.status_code == status


@pytest.mark.parametrize("body", [b"a=%ff", "ą=1".encode(), b"&".join(b"a=1" for _ in range(200))])
def test_bad_forms_are_refused_without_their_words(body: bytes) -> None:
    with pytest.raises(HTTPException) as caught:
        parse_urlencoded(body)
    assert caught.value.status_code == 400
    assert caught.value.__suppress_context__


def test_bodies_have_a_limit_and_a_kind(client: TestClient) -> None:
    assert client.post("/form", data={"a": "x" * 300}).status_code == 413
    assert client.post("/form", content="a=1", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/json", content=b'{"a":1}').json() == {"a": 1}
    for bad in (b"{", b"[1]", b"\xff"):
        assert client.post("/json", content=bad).status_code == 400


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://a.example", "host": "a.example"}, False),
        ({"origin": "http://a.example:8080", "host": "a.example:8080"}, True),
        ({"origin": "http://b.example", "host": "a.example"}, False),
        ({"origin": "null", "host": "a.example"}, False),
        ({"host": "a.example"}, True),
    ],
)
def test_origins(headers: dict[str, str], *, own: bool) -> None:
    assert from_own_page(Headers(headers)) is own


def test_a_token_must_be_the_sessions() -> None:
    own = Headers({"sec-fetch-site": "same-origin"})
    require_token(own, sent="abc", expected="abc")
    for sent, expected in (("abd", "abc"), ("", "abc"), ("", ""), ("ą", "abc")):
        with pytest.raises(HTTPException) as caught:
            require_token(own, sent=sent, expected=expected)
        assert caught.value.status_code == 403
    with pytest.raises(HTTPException):
        require_token(Headers({"sec-fetch-site": "cross-site"}), sent="abc", expected="abc")


def test_sec_09_every_answer_carries_the_policy(client: TestClient) -> None:
    headers = client.get("/nowhere").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors" not in client.get("/framed").headers["content-security-policy"]


def test_static_files_are_kept_for_ever_under_their_own_name_only(client: TestClient) -> None:
    kept = client.get(assets.static("okienko.css"))
    assert kept.headers["cache-control"].endswith("immutable")
    assert kept.headers["content-type"].startswith("text/css")
    asked = client.get("/static/okienko.css")
    assert asked.headers["cache-control"] == "no-cache"
    assert client.get("/static/okienko.css", headers={"if-none-match": asked.headers["etag"]}).status_code == 304
    for outside in ("/static/../values.py", "/static/%2e%2e/values.py", "/static/nothing.css"):
        assert client.get(outside).status_code == 404
    assert "light-dark(#7a1f3d" in client.get(assets.accent_address("#7a1f3d")).text
    assert client.get("/static/accent/red;}.css").status_code == 404


def test_problems_speak_the_readers_language(client: TestClient) -> None:
    assert "Pod tym adresem nie ma strony." in client.get("/nowhere", headers={"accept-language": "pl"}).text
    assert "There is no page" in client.get("/nowhere", headers={"accept-language": "en"}).text


def test_a_forgotten_value_is_an_error(client: TestClient) -> None:
    with pytest.raises(Exception, match="'text' is undefined"):
        client.get("/missing")


FILES = {"rights/export.html", "desk/audit/pack-file.html"}


def test_sec_08_no_page_has_a_script_or_a_style_of_its_own() -> None:
    """The policy would block it; better to see it here. (A block of JSON is data, not a script; what is handed out as
    a file has to look after itself.)
    """
    inline = re.compile(r"""<script(?![^>]*(\bsrc=|type="application/json"))|<style|\sstyle=|\son\w+=""")
    for page in TEMPLATES.rglob("*.html"):
        if page.relative_to(TEMPLATES).as_posix() in FILES:
            continue
        found = inline.search(page.read_text())
        assert found is None, f"{page.name}: {found}"
