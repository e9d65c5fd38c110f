"""Letters in by hooks and out by SMTP: who has signed, what continues what, and what a letter of ours looks like."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from okienko.channels.email.adapter import ADAPTER
from okienko.channels.email.envelope import Envelope, NoAddress, clean_subject, read_envelope
from okienko.channels.email.hooks import write_signed
from okienko.channels.email.tokens import read_address, read_id, write_address, write_id
from okienko.values import (
    Author,
    BrandId,
    Choice,
    Connection,
    ConnectionId,
    ConversationId,
    Hook,
    Inbound,
    Kind,
    Letter,
    MessageId,
    Outgoing,
    Unreadable,
)

NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CONVERSATION: Final = UUID("01938c40-0000-7000-8000-000000000001")
MESSAGE: Final = UUID("01938c40-0000-7000-8000-000000000002")


def door(way: str = "imap", *, secret: bytes = bytes(range(32)), **more: str) -> Connection:
    given = {
        "address": "bok@sklep.example",
        "name": "Sklep Próbny",
        "way": way,
        "smtp_host": "smtp.sklep.example",
        "smtp_user": "bok",
        "smtp_password": "tajne",
        "receiving_host": "mx.sklep.example",
        **more,
    }
    return Connection(
        id=ConnectionId("poczta"), brand_id=BrandId(UUID(int=7)), channel="email", secret=secret, given=given
    )


def write(
    text: str = "gdzie paczka", *, to: str = "bok@sklep.example", subject: str = "Zwrot", **headers: str
) -> bytes:
    letter = EmailMessage(policy=policy.SMTP.clone(max_line_length=900))
    letter["From"] = headers.pop("sender", "Anna Nowak <anna@poczta.example>")
    letter["To"] = to
    letter["Subject"] = subject
    letter["Message-ID"] = "<1@poczta.example>"
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    return letter.as_bytes()


def take(letter: bytes, connection: Connection | None = None) -> Inbound:
    connection = connection or door()
    (event,) = ADAPTER.read_letter(letter, connection).events
    inbound = ADAPTER.inbound(event, connection)
    assert inbound is not None
    return inbound


# what a letter becomes ----------------------------------------------------------------------------------------------


def test_a_letter_becomes_a_message_with_what_its_answer_needs() -> None:
    inbound = take(write("gdzie paczka\n\n> stare słowa", References="<0@poczta.example>", In_Reply_To="<9@x.example>"))
    assert (inbound.event, inbound.thread) == ("1@poczta.example",) * 2
    assert inbound.refers == ("9@x.example", "0@poczta.example")
    assert inbound.text.reveal() == "gdzie paczka"
    assert inbound.more is not None
    assert inbound.more.reveal() == "> stare słowa"
    assert inbound.name is not None
    assert inbound.name.reveal() == "Anna Nowak"
    assert inbound.sender is not None
    assert inbound.sender.reveal() == "anna@poczta.example"
    assert inbound.envelope is not None
    assert read_envelope(inbound.envelope.reveal()) == Envelope(
        to="anna@poczta.example",
        subject="Zwrot",
        id="1@poczta.example",
        references=("0@poczta.example", "9@x.example"),
    )
    assert not inbound.automatic
    assert not inbound.unverified


@pytest.mark.parametrize(
    ("subject", "text", "read"),
    [
        ("Gdzie paczka?", "Numer 7.", "Gdzie paczka?\n\nNumer 7."),
        ("Gdzie paczka", "Gdzie paczka 7?", "Gdzie paczka 7?"),
        ("Jak w temacie", "", "Jak w temacie"),
        ("", "Numer 7.", "Numer 7."),
    ],
)
def test_the_subject_of_a_letter_that_begins_belongs_to_its_words(subject: str, text: str, read: str) -> None:
    assert take(write(text, subject=subject)).text.reveal() == read
    assert take(write(text or "tak", subject=subject, In_Reply_To="<0@x.example>")).text.reveal() == (text or "tak")


def test_a_letter_with_nothing_in_it_is_still_one() -> None:
    assert take(write("", subject="", In_Reply_To="<0@x.example>")).text.reveal() == ""


def test_several_ids_are_followed_the_latest_first() -> None:
    inbound = take(write(In_Reply_To="<5@a.example> <6@a.example>", References="<1@a.example> <5@a.example>"))
    assert inbound.refers == ("5@a.example", "6@a.example", "1@a.example")


def test_an_answer_goes_where_the_writer_wants_it() -> None:
    inbound = take(write(Reply_To="Anna <anna@praca.example>"))
    assert inbound.sender is not None
    assert inbound.sender.reveal() == "anna@praca.example"
    several = take(write(Reply_To="anna@praca.example, ewa@praca.example"))
    assert several.sender is not None
    assert several.sender.reveal() == "anna@poczta.example"


def test_files_come_along() -> None:
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = "anna@poczta.example"
    letter["Message-ID"] = "<1@poczta.example>"
    letter.set_content("w załączniku")
    letter.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="umówa.pdf")
    (file,) = take(letter.as_bytes()).parts
    assert (file.mime, file.content) == ("application/pdf", b"%PDF-1.7")
    assert file.name is not None
    assert file.name.reveal() == "umówa.pdf"


def test_programs_are_known_and_so_are_our_own_letters() -> None:
    assert take(write(Auto_Submitted="auto-replied")).automatic
    assert take(write(sender="bok@sklep.example")).automatic


# what continues what ------------------------------------------------------------------------------------------------


def test_an_answer_to_a_letter_of_ours_finds_its_conversation() -> None:
    id_ = write_id(door(), CONVERSATION, MESSAGE)
    assert take(write(In_Reply_To=f"<{id_}>")).conversation == CONVERSATION
    assert take(write(References=f"<1@x.example> <{id_}> <2@x.example>")).conversation == CONVERSATION
    assert take(write(to=write_address(door(), CONVERSATION))).conversation == CONVERSATION
    assert take(write(to=write_address(door(), CONVERSATION).upper())).conversation == CONVERSATION
    assert take(write(to=f"x@y.example, {write_address(door(), CONVERSATION)}")).conversation == CONVERSATION


@given(st.integers(0, 2**64 - 1))
def test_a_guessed_signature_is_nobodys(guess: int) -> None:
    signature = base64.b32encode(guess.to_bytes(8)).decode().rstrip("=").lower()
    address, id_ = write_address(door(), CONVERSATION), write_id(door(), CONVERSATION, MESSAGE)
    for right, read in ((address, read_address), (id_, read_id)):
        head, _, domain = right.partition("@")
        guessed = f"{head.rpartition('.')[0]}.{signature}@{domain}"
        assert guessed == right or read(door(), guessed) is None


@pytest.mark.parametrize(
    "to",
    [
        write_address(door(secret=bytes(32)), CONVERSATION),
        write_address(door(), CONVERSATION).replace("sklep", "sklep2"),
        write_address(door(), CONVERSATION).replace("bok+", "kob+"),
        write_address(door(), CONVERSATION).replace("c.", "c.a", 1),
    ],
)
def test_what_is_signed_for_another_is_not_believed(to: str) -> None:
    assert take(write(to=to)).conversation is None
    other = write_id(door(secret=bytes(32)), CONVERSATION, MESSAGE)
    assert take(write(to=to, In_Reply_To=f"<{other}>")).conversation is None


def test_a_subject_names_a_conversation_and_leads_nowhere_by_itself() -> None:
    inbound = take(write(subject="Odp: Zwrot [#K7F-2QDA]"))
    assert (inbound.reference, inbound.conversation, inbound.refers) == ("K7F-2QDA", None, ())
    assert take(write(subject="Odp: Zwrot")).reference is None


def test_an_address_that_would_be_too_long_is_left_as_it_is() -> None:
    long = door(address=f"{'a' * 22}@sklep.example")
    assert write_address(long, CONVERSATION) == long.given["address"]
    assert write_address(door(plus="no"), CONVERSATION) == "bok@sklep.example"
    assert len(write_address(door(), CONVERSATION).partition("@")[0]) <= 64


# trust --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "unverified"),
    [
        ("mx.sklep.example; dmarc=fail (p=reject) header.from=poczta.example", True),
        ("MX.sklep.example 1; spf=pass; DMARC=Fail", True),
        ("mx.sklep.example; spf=fail; dmarc=pass", False),
        ("mx.sklep.example; spf=fail (dmarc=fail); dkim=none", False),
        ("mx.obcy.example; dmarc=fail", False),  # not of the host that has received it
        ("mx.sklep.example; none", False),
    ],
)
def test_a_domain_that_disowns_a_letter_is_heard_from_our_own_host_alone(said: str, unverified: bool) -> None:
    assert take(write(Authentication_Results=said)).unverified is unverified


def test_only_the_first_result_counts() -> None:
    head = b"Authentication-Results: mx.sklep.example; dmarc=fail\r\n"
    forged = write(Authentication_Results="mx.sklep.example; dmarc=pass")
    assert take(head + forged).unverified
    assert not take(forged, door(receiving_host="")).unverified


# hooks --------------------------------------------------------------------------------------------------------------


def hook(body: bytes, certificate: bytes | None = None, **headers: str) -> Hook:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Hook(url="https://okno.example/hooks/email/poczta", headers=names, body=body, certificate=certificate)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_postmark_says_a_password() -> None:
    connection = door("postmark", hook_user="pm", hook_password="długie hasło")
    assert ADAPTER.verify(hook(b"", authorization=basic("pm", "długie hasło")), connection, NOW)
    for wrong in (basic("pm", "inne"), basic("", ""), "Basic ???", "", basic("pm", "długie hasło").replace("B", "X")):
        assert not ADAPTER.verify(hook(b"", authorization=wrong), connection, NOW)
    assert not ADAPTER.verify(hook(b"", authorization=basic("", "")), door("postmark"), NOW), "without a secret, nobody"
    body = orjson.dumps({"FromFull": {}, "MessageID": "0", "RawEmail": write().decode(), "OriginalRecipient": "b@x.pl"})
    (event,) = ADAPTER.read(hook(body), connection).events
    assert (event.account, event.message) == ("bok@sklep.example", "1@poczta.example")


def mailgun(letter: bytes, *, at: str = "1700000000", token: str = "a" * 50, key: str = "mg-key") -> Hook:
    signature = hmac.digest(key.encode(), f"{at}{token}".encode(), "sha256").hex()
    fields = {"timestamp": at, "token": token, "signature": signature, "recipient": "BOK@sklep.example"}
    body = urlencode({**fields, "body-mime": letter}).encode()
    return hook(body, content_type="application/x-www-form-urlencoded")


def test_mailgun_signs_a_time_and_a_token() -> None:
    connection, then = door("mailgun", signing_key="mg-key"), datetime.fromtimestamp(1_700_000_000, UTC)
    assert b"bf65f58f6ab4ab9e1aa6e0479708db48b74a13728b1bebf11fb81e2cb526a87f" in mailgun(b"").body
    assert ADAPTER.verify(mailgun(b""), connection, then + timedelta(minutes=5))
    assert not ADAPTER.verify(mailgun(b""), connection, then + timedelta(minutes=5, seconds=1))
    assert not ADAPTER.verify(mailgun(b"", key="other"), connection, then)
    assert not ADAPTER.verify(mailgun(b"", at="now"), connection, then)
    assert not ADAPTER.verify(mailgun(b"", key=""), door("mailgun"), then)
    (event,) = ADAPTER.read(mailgun(write("zażółć")), connection).events
    assert event.text is not None
    assert event.text.reveal() == "zażółć"
    with pytest.raises(Unreadable, match="mime"):
        ADAPTER.read(hook(b"", content_type="application/x-www-form-urlencoded"), connection)


def test_a_token_of_mailgun_is_good_for_one_letter() -> None:
    connection = door("mailgun", signing_key="mg-key")
    first, again, other = (ADAPTER.once(mailgun(write(text)), connection) for text in ("a", "a", "b"))
    assert first is not None
    assert other is not None
    assert first == again
    assert first[0] == other[0]
    assert first[1] != other[1]
    assert ADAPTER.once(hook(b""), door("postmark")) is None


def test_mailgun_may_send_its_form_in_parts() -> None:
    letter = write("zażółć", subject="ęą").replace(b"\r\n--", b"\r\n-- ")
    parts = {"timestamp": b"1700000000", "token": b"t", "body-mime": letter}
    body = b"".join(
        b'--xyz\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)
        for name, value in parts.items()
    )
    (event,) = ADAPTER.read(
        hook(body + b"--xyz--\r\n", content_type='multipart/form-data; boundary="xyz"'), door("mailgun")
    ).events
    assert event.text is not None
    assert event.text.reveal() == "zażółć"


@pytest.fixture(scope="module")
def signer() -> tuple[rsa.RSAPrivateKey, bytes]:
    return make_signer(NOW)


def make_signer(now: datetime) -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key as Amazon has one, and its certificate, good for a day."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, made.public_bytes(serialization.Encoding.PEM)


TOPIC: Final = "arn:aws:sns:eu-west-1:1:poczta"
PLACE: Final = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
NAMES: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip


def sns(signer: tuple[rsa.RSAPrivateKey, bytes], *, version: str = "2", **more: str) -> Hook:
    said = {
        "Type": "Notification",
        "MessageId": "n1",
        "TopicArn": TOPIC,
        "Timestamp": "2026-11-22T11:30:00.000Z",
        "Message": "{}",
        "SigningCertURL": PLACE,
        "SignatureVersion": version,
        **more,
    }
    hashed = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = signer[0].sign(write_signed(said, NAMES[said["Type"]]), PKCS1v15(), hashed)
    return hook(orjson.dumps({**said, "Signature": base64.b64encode(signature).decode()}), signer[1])


def test_amazon_signs_with_a_certificate(signer: tuple[rsa.RSAPrivateKey, bytes]) -> None:
    connection = door("ses", topic=TOPIC)
    for genuine in (
        sns(signer),
        sns(signer, version="1"),
        sns(signer, Subject="zażółć"),
        sns(signer, Type="SubscriptionConfirmation", SubscribeURL=f"{PLACE}?x=1", Token="t"),
    ):
        assert ADAPTER.verify(genuine, connection, NOW)
        changed = genuine.body.replace(b'"Message":"{}"', b'"Message":"{ }"')
        assert not ADAPTER.verify(hook(changed, signer[1]), connection, NOW)
        assert not ADAPTER.verify(hook(genuine.body), connection, NOW), "without the certificate"
        assert not ADAPTER.verify(hook(genuine.body, b"nonsense"), connection, NOW)
    assert not ADAPTER.verify(sns(signer), connection, NOW + timedelta(minutes=31)), "older than an hour"
    assert not ADAPTER.verify(sns(signer, Timestamp="2026-11-24T11:30:00Z"), connection, NOW + timedelta(days=2))
    assert not ADAPTER.verify(sns(signer, TopicArn="arn:other"), connection, NOW)
    assert not ADAPTER.verify(sns(signer), door("ses"), NOW), "without a topic, nobody"
    assert not ADAPTER.verify(sns(signer, version="3"), connection, NOW)


@pytest.mark.parametrize(
    ("address", "believed"),
    [
        (PLACE, True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True),
        ("http://sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", False),
        ("https://evil.example/sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com@evil.example/x.pem", False),
        ("https://x@sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:8443/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:x/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/x.pem.exe", False),
        ("https://s3.eu-west-1.amazonaws.com/x.pem", False),
        ("https://[::1/x.pem", False),
        ("", False),
    ],
)
def test_a_certificate_is_fetched_from_amazon_alone(address: str, believed: bool) -> None:
    connection = door("ses", topic=TOPIC)
    asked = hook(orjson.dumps({"SigningCertURL": address, "SubscribeURL": address, "Type": "SubscriptionConfirmation"}))
    assert (ADAPTER.certificate_at(asked, connection) == address) is believed
    if not address.endswith(".exe"):
        assert (ADAPTER.confirm_at(asked, connection) == address) is believed
    assert ADAPTER.certificate_at(asked, door("mailgun")) is None
    assert ADAPTER.certificate_at(hook(b"not JSON"), connection) is None


def test_what_amazon_found_out_about_a_sender_counts() -> None:
    received = {
        "notificationType": "Received",
        "receipt": {"dmarcVerdict": {"status": "FAIL"}, "recipients": [write_address(door(), CONVERSATION)]},
        "content": base64.b64encode(write()).decode(),
    }
    said = {"Type": "Notification", "TopicArn": TOPIC, "MessageId": "n", "Message": orjson.dumps(received).decode()}
    connection = door("ses", topic=TOPIC)
    (event,) = ADAPTER.read(hook(orjson.dumps(said)), connection).events
    inbound = ADAPTER.inbound(event, connection)
    assert inbound is not None
    assert inbound.unverified
    assert inbound.conversation == CONVERSATION, "by the address that it was sent to, whatever its head says"


def test_a_mailbox_has_no_hook() -> None:
    assert not ADAPTER.verify(hook(b"", authorization=basic("", "")), door(), NOW)
    with pytest.raises(Unreadable):
        ADAPTER.read(hook(write()), door())


def test_a_letter_in_a_mailbox_is_never_taken_for_a_services_word() -> None:
    body = orjson.dumps({"FromFull": {"Email": "anna@poczta.example"}, "MessageID": "1", "TextBody": "x"})
    (event,) = ADAPTER.read_letter(body, door()).events
    assert (event.user, event.text) == (None, None)


# out ----------------------------------------------------------------------------------------------------------------


def outgoing(
    text: str = "Na zwrot jest 14 dni.\n\nWięcej: https://sklep.example/zwroty.",
    *,
    kind: Kind = Kind.ANSWER,
    author: Author = Author.BOT,
    envelope: Envelope | None = None,
    choices: tuple[Choice, ...] = (),
) -> Outgoing:
    envelope = envelope or Envelope(
        to="anna@poczta.example", subject="RE: Odp: Zwrot", id="2@poczta.example", references=("1@poczta.example",)
    )
    return Outgoing(
        conversation=ConversationId(CONVERSATION),
        message=MessageId(MESSAGE),
        connection=ConnectionId("poczta"),
        thread="1@poczta.example",
        author=author,
        kind=kind,
        text=text,
        citations=(),
        choices=choices,
        reference="K7F-2QDA",
        brand="Próbny",
        envelope=envelope.write().reveal(),
    )


def send(message: Outgoing | None = None, connection: Connection | None = None) -> tuple[Letter, EmailMessage]:
    (letter,) = ADAPTER.calls(message or outgoing(), connection or door(), NOW)
    read = message_from_bytes(letter.content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return letter, read


def test_a_letter_says_what_it_answers_and_where_answers_go() -> None:
    letter, read = send()
    id_ = write_id(door(), CONVERSATION, MESSAGE)
    assert letter.message_id == id_
    assert read["Message-ID"] == f"<{id_}>"
    assert read["In-Reply-To"] == "<2@poczta.example>"
    assert read["References"] == "<1@poczta.example> <2@poczta.example>"
    assert read["Subject"] == "Re: Zwrot"
    assert read["From"] == "Sklep Próbny <bok@sklep.example>"
    assert read["To"] == "anna@poczta.example"
    assert read["Reply-To"] == write_address(door(), CONVERSATION)
    assert (letter.host, letter.port, letter.encryption) == ("smtp.sklep.example", 587, "smtp+starttls")
    assert (letter.sender, letter.to) == (read["Reply-To"], "anna@poczta.example")
    assert read["Cc"] is None
    assert b"\n" not in letter.content.replace(b"\r\n", b"")
    assert max(map(len, letter.content.split(b"\r\n"))) < 200


def test_ai_02_a_program_says_that_it_is_one_and_a_person_does_not() -> None:
    _, bots = send()
    assert (bots["Auto-Submitted"], bots["X-Auto-Response-Suppress"], bots["X-AI-Generated"]) == (
        "auto-replied", "All", "yes",
    )  # fmt: skip
    assert "program" in bots.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    _, persons = send(outgoing(author=Author.AGENT, kind=Kind.TEXT))
    assert (persons["Auto-Submitted"], persons["X-AI-Generated"]) == (None, "no")
    assert "program" not in persons.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert 'data-ai-generated="true"' in bots.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "data-ai-generated" not in persons.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert bots["X-Okienko-Loop"]
    assert persons["X-Okienko-Loop"]


def test_it_can_be_read_as_plain_text_and_as_a_page() -> None:
    choices = (Choice(value="zwroty", label="Zwroty <i> wymiany"), Choice(value="person", label="Człowiek"))
    _, read = send(outgoing(choices=choices))
    assert read.get_content_type() == "multipart/alternative"
    plain, page = (read.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "Na zwrot jest 14 dni." in plain
    assert "1. Zwroty <i> wymiany\r\n2. Człowiek" in plain
    assert "K7F-2QDA" in plain
    assert "<ol><li>Zwroty &lt;i&gt; wymiany</li><li>Człowiek</li></ol>" in page
    assert '<a href="https://sklep.example/zwroty">https://sklep.example/zwroty</a>.' in page
    assert "<img" not in page
    assert '<html lang="pl">' in page


@pytest.mark.parametrize("kind", [Kind.NOTICE, Kind.HANDOFF, Kind.EVENT])
def test_what_comes_by_itself_carries_nothing_that_a_stranger_wrote(kind: Kind) -> None:
    envelope = Envelope(to="ofiara@poczta.example", subject="Wygrałeś! https://zly.example", id="2@poczta.example")
    letter, read = send(outgoing("Ktoś odpowie.", kind=kind, envelope=envelope))
    assert letter.sender == "", "and nobody can answer it with a report"
    assert "zly" not in str(read)
    assert read["Subject"] == "Próbny: sprawa K7F-2QDA"
    assert read["In-Reply-To"] == "<2@poczta.example>"


def test_the_same_message_is_the_same_letter() -> None:
    first, again = (ADAPTER.calls(outgoing(), door(), at) for at in (NOW, NOW + timedelta(hours=5)))
    assert first == again


def test_long_threads_keep_their_beginning_and_their_end() -> None:
    references = tuple(f"{n}{'x' * 100}@poczta.example" for n in range(40))
    _, read = send(outgoing(envelope=Envelope(to="a@b.example", id="z@b.example", references=references)))
    kept = read["References"].split()
    assert len(kept) == 20
    assert (kept[0], kept[-1]) == (f"<{references[0]}>", "<z@b.example>")
    assert "=?" not in read["References"]


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope(to="a@b.example\r\nBcc: c@d.example"),
        Envelope(to="a@b.example, c@d.example"),
        Envelope(to="a@b.example c@d.example"),
        Envelope(to=""),
        Envelope(to="zażółć@b.example"),
        Envelope(to="<a@b.example>"),
        Envelope(to="a@b@c.example"),
        Envelope(to="a@b.example\x00"),
    ],
)
def test_nobody_is_written_to_by_an_address_that_is_none(envelope: Envelope) -> None:
    assert ADAPTER.calls(outgoing(envelope=envelope), door(), NOW) == ()


def test_without_an_envelope_there_is_no_letter() -> None:
    for broken in ("", "{}", "[]", "nonsense", '{"to": 1, "subject": "", "id": "", "references": []}'):
        with pytest.raises(NoAddress):
            read_envelope(broken)


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3))
def test_nothing_of_a_letter_becomes_a_header_of_ours(subject: str, id_: str, references: list[str]) -> None:
    evil = "\r\nBcc: zly@zly.example"
    envelope = Envelope(
        to="a@b.example", subject=subject + evil, id=id_ + evil, references=(*references, f"1@x.example>{evil}")
    )
    _, read = send(outgoing(author=Author.AGENT, kind=Kind.TEXT, envelope=envelope))
    assert read["Bcc"] is None
    assert {name.lower() for name in read.keys()} <= {  # noqa: SIM118 - a message is no mapping
        "message-id", "reply-to", "references", "from", "to", "subject", "date", "content-language", "x-okienko-loop",
        "x-ai-generated", "mime-version", "content-type",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "clean"),
    [
        ("Re: Odp: RE[2]: Fwd: PD: Zwrot", "Zwrot"),
        ("AW: WG: FW: x", "x"),
        ("Rezerwacja: pokój", "Rezerwacja: pokój"),
        ("a\r\nb\tc\x00", "a b c"),
        ("Re:", ""),
        ("x" * 300, "x" * 200),
    ],
)
def test_subjects_do_not_grow(subject: str, clean: str) -> None:
    assert clean_subject(subject) == clean


# what comes back ----------------------------------------------------------------------------------------------------

STATUS: Final = (
    "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    "Final-Recipient: rfc822; Anna@Poczta.example\r\nAction: {action}\r\nStatus: {status}\r\n"
    "--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\n--x--\r\n"
)


def report(id_: str, action: str = "failed", status: str = "5.1.1", to: str = "bok@sklep.example") -> bytes:
    head = f"From: mailer-daemon@mx.example\r\nTo: {to}\r\nMessage-ID: <dsn@mx.example>\r\n"
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
    return (head + kind + STATUS.format(id=id_, action=action, status=status)).encode()


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", (True, "bounce")),
        ("failed", "5.2.2", (False, "full")),
        ("failed", "5.7.1", (False, "policy")),
        ("delayed", "4.2.2", None),
        ("delivered", "2.0.0", None),
    ],
)
def test_what_a_report_says_about_an_address(action: str, status: str, expected: tuple[bool, str] | None) -> None:
    ours = write_id(door(), CONVERSATION, MESSAGE)
    (event,) = ADAPTER.read_letter(report(ours, action, status), door()).events
    assert ADAPTER.inbound(event, door()) is None
    found = ADAPTER.undelivered(event, door())
    assert (None if found is None else (found.lasting, found.why)) == expected
    assert found is None or found.address == "anna@poczta.example"


def test_a_report_that_shows_no_letter_of_ours_says_nothing_about_anybody() -> None:
    guessed = write_id(door(secret=bytes(32)), CONVERSATION, MESSAGE)
    for id_ in (guessed, "1@poczta.example"):
        (event,) = ADAPTER.read_letter(report(id_), door()).events
        assert ADAPTER.undelivered(event, door()) is None
    (event,) = ADAPTER.read_letter(report("x@y.example", to=write_address(door(), CONVERSATION)), door()).events
    assert ADAPTER.undelivered(event, door()) is not None, "it came back to the address that only our letter names"
