"""One message to a mail server: what becomes of it, and that nobody on the way reads it."""

from __future__ import annotations

import datetime as dt
import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from okienko.mail.letters import Facts, compose, write
from okienko.mail.server import MailServer, Smtp, open_server
from okienko.settings import WrongSetting, read
from okienko.values import Failed, RawText, Sent, Unsure
from tests.mail.smtp_server import SmtpServer, run_server

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MESSAGE = compose(
    write("code", Facts(brand="Zażółć\nGęślą", code="012345"), "pl"),
    letter_id=UUID(int=7),
    brand="Zażółć\nGęślą",
    language="pl",
    sender="okienko@firma.example",
    to=RawText("halina.sroka@poczta.example"),
    now=NOW,
)


def smtp(server: SmtpServer, *, seconds: float = 5, **more: str) -> Smtp:
    there = MailServer(encryption="smtp", host="127.0.0.1", port=server.port, sender="okienko@firma.example", **more)
    return Smtp(there, seconds=seconds)


@pytest.mark.anyio
async def test_a_letter_arrives_as_it_was_written() -> None:
    async with run_server() as server:
        assert isinstance(await smtp(server).send(MESSAGE), Sent)
    (letter,) = server.received
    assert letter["To"] == "halina.sroka@poczta.example"
    assert letter["From"] == "Zażółć Gęślą <okienko@firma.example>"
    assert letter["Subject"] == "Zażółć Gęślą: kod"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == f"<{UUID(int=7)}@firma.example>"
    assert "Kod: 012 345" in letter.get_content()
    assert "012" not in letter["Subject"]
    assert server.hello == ["EHLO firma.example"]  # not the name of this machine


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("how", "permanent"),
    [
        ({"rcpt": ["450 4.2.0 greylisted, halina.sroka@poczta.example"]}, False),
        ({"rcpt": ["550 5.1.1 no such user halina.sroka@poczta.example"]}, True),
        ({"data": ["451 4.3.0 try again"]}, False),
        ({"data": ["554 5.7.1 spam"]}, True),
        ({"greeting": "421 4.3.2 busy"}, False),
        ({"greeting": "554 5.3.2 no"}, True),
    ],
)
async def test_what_a_server_refuses(how: dict[str, Any], permanent: bool) -> None:
    async with run_server(**how) as server:
        outcome = await smtp(server).send(MESSAGE)
    assert isinstance(outcome, Failed)
    assert outcome.permanent is permanent
    assert "halina" not in outcome.reason  # whatever the server said


@pytest.mark.anyio
async def test_a_wrong_password_is_for_the_operator_to_mend() -> None:
    async with run_server(auth="535 5.7.8 no") as server:
        outcome = await smtp(server, user="u", password="p").send(MESSAGE)
        assert await smtp(server, user="u", password="p").look() == "it refuses the user or the password"
    assert outcome == Failed(reason="the mail server refuses our password", permanent=False, trouble="sign_in")


@pytest.mark.anyio
async def test_a_server_that_is_down_or_silent_is_tried_again() -> None:
    async with run_server() as server:
        pass
    assert await smtp(server).send(MESSAGE) == Failed(reason="the mail server cannot be reached", permanent=False)
    async with run_server(silent=True) as server:
        outcome = await smtp(server, seconds=0.2).send(MESSAGE)
    assert outcome == Failed(reason="the mail server cannot be reached", permanent=False)


@pytest.mark.anyio
async def test_a_server_that_breaks_off_may_have_the_letter() -> None:
    async with run_server(breaks_off=True) as server:
        assert isinstance(await smtp(server).send(MESSAGE), Unsure)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.firma.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - dt.timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.anyio
@pytest.mark.parametrize("encryption", ["smtps", "smtp+starttls"])
async def test_letters_are_encrypted_and_a_strange_server_gets_none(certificate: Path, encryption: str) -> None:
    here = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    here.load_cert_chain(certificate)
    knows = ssl.create_default_context(cafile=str(certificate))
    from_the_start = here if encryption == "smtps" else None
    async with run_server(from_the_start, offers_tls=here) as server:
        there = MailServer(
            encryption="smtps" if encryption == "smtps" else "smtp+starttls",
            host="127.0.0.1",
            port=server.port,
            user="okienko",
            password="hasło:@",
            sender="okienko@firma.example",
        )
        assert isinstance(await Smtp(there, tls=knows).send(MESSAGE), Sent)
        assert server.encrypted == [True]
        assert server.logins == ["\0okienko\0hasło:@"]
        assert isinstance(await Smtp(there).send(MESSAGE), Failed)  # a certificate that nobody vouches for
    assert len(server.received) == 1


@pytest.mark.anyio
async def test_a_server_that_knows_no_encryption_gets_no_letter() -> None:
    async with run_server() as server:
        there = MailServer(
            encryption="smtp+starttls",
            host="127.0.0.1",
            port=server.port,
            user="u",
            password="p",
            sender="a@firma.example",
        )
        assert isinstance(await Smtp(there).send(MESSAGE), Failed | Unsure)
    assert server.received == []
    assert server.logins == []


URL, FROM = "OKIENKO_MAIL_URL", "OKIENKO_MAIL_FROM"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({URL: "smtps://mail.firma.example"}, "wants OKIENKO_MAIL_FROM"),
        ({URL: "https://mail.firma.example", FROM: "a@firma.example"}, "such as smtps://"),
        ({URL: "smtps://mail.firma.example:nie", FROM: "a@firma.example"}, "such as smtps://"),
        ({URL: "smtp://mail.firma.example", FROM: "a@firma.example"}, "in clear"),
        ({URL: "smtps://mail.firma.example", FROM: "Firma <a@firma.example>"}, "one address"),
    ],
)
def test_a_wrong_mail_server_refuses_to_start(environ: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting, match=says):
        read(environ, Path("home"))


def test_a_mail_server_as_settings_say_it(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("tajne\n", "utf-8")
    settings = read(
        {
            URL: "smtp+starttls://biuro%40firma.example@mail.firma.example",
            FROM: "pomoc@firma.example",
            "OKIENKO_MAIL_PASSWORD_FILE": str(tmp_path / "password"),
        },
        tmp_path,
    )
    server = open_server(settings)
    assert server is not None
    assert (server.host, server.port, server.user, server.password) == (
        "mail.firma.example",
        587,
        "biuro@firma.example",
        "tajne",
    )
    assert "tajne" not in repr(server)
    assert "biuro" not in repr(settings)
    assert open_server(read({}, tmp_path)) is None
