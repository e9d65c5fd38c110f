"""E-mail: whatever a letter looks like it is read; quotes and signatures are told apart; nobody answers a program."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.channels.email.automatic import find_reason
from okienko.channels.email.events import read_events
from okienko.channels.email.letter import read_letter
from okienko.channels.email.markup import read_markup
from okienko.channels.email.quotes import part_from_quotes
from okienko.channels.event import Event
from okienko.values import Unreadable

OWN: Final = "Nadal nie mam paczki. Co teraz?"
OUTLOOK: Final = "Od: Sklep <bok@sklep.example>\nWysłano: piątek, 12 stycznia 2024 10:00\nDo: Anna\nTemat: Zwrot"
ANNOUNCEMENTS: Final = [
    "pt., 12 sty 2024 o 10:00 Sklep <bok@sklep.example> napisał(a):",
    "pt., 12 sty 2024 o 10:00 Sklep Internetowy Przykład\n<bok@sklep.example> napisał(a):",
    "W dniu 12 stycznia 2024 10:00 użytkownik Sklep <bok@sklep.example> napisał:",
    "W dniu 12.01.2024 o 10:00, Sklep pisze:",
    " W dniu 2024-01-12 10:00, Sklep pisze:",
    OUTLOOK,
    "________________________________\n" + OUTLOOK,
    "-----Wiadomość oryginalna-----\n" + OUTLOOK,
    "Wysłane z iPhone'a\n\nWiadomość napisana przez Sklep <bok@sklep.example> w dniu 12.01.2024, o godz. 10:00:",
    "Wysłane z iPhone’a\n\nWiadomość napisana przez Sklep <bok@sklep.example> w dniu 12.01.2024, o godz. 10:00:",
    "Dnia 12 stycznia 2024 10:00 Sklep <bok@sklep.example> napisał(a):",
    "On Fri, Jan 12, 2024 at 10:00 AM Shop <help@shop.example> wrote:",
    "On Fri, Jan 12, 2024 at 10:00 AM A Shop With A Long Name\n<help@shop.example> wrote:",
    "-----Original Message-----\nFrom: Shop <help@shop.example>\nSent: Friday\nTo: Ann\nSubject: Return",
    "From: Shop <help@shop.example>\nSent: Friday, January 12, 2024 10:00 AM\nTo: Ann\nSubject: Return",
    "---------- Forwarded message ---------",
    "---- On Wed, 24 Feb 2021 14:02:50 +0530 help@shop.example wrote ----",
    "Am Fr., 12. Jan. 2024 um 10:00 Uhr schrieb Laden <bok@sklep.example>:",
]


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS)
@pytest.mark.parametrize(
    "quoted", ["\n> Dzień dobry\n> paczka", "\n\nDzień dobry,\npaczka poszła", "\nDzień dobry, poszła", ""]
)
def test_what_is_quoted_is_told_apart_however_it_is_announced(announcement: str, quoted: str) -> None:
    said = part_from_quotes(f"{OWN}\n\n{announcement}{quoted}")
    assert said.own == OWN
    assert announcement.splitlines()[-1].strip() in said.rest


@pytest.mark.parametrize(
    "text",
    [
        "W dniu 12.01.2024 zamówiłam buty i kurier napisał: paczka doręczona, a jej nie ma.\nProszę o pomoc.\nAnna",
        "W dniu 12.01.2024 o 10:00 kurier napisał:\npaczka doręczona. A jej nie mam.\n\n> tak piszecie\n\nAnna",
        "Od: jutra nie będzie mnie w domu\nproszę o zmianę",
        "Do kogo pisać?\nOd: 12 dni czekam.",
        "Hello,\n\nI'm writing because of:\n-- the first point\n-- the second\n\nThank you",
        "On Thursday, I get proper rendering.",
        "Sent from my point of view this is not right, because the parcel that you have sent me was empty at last.",
    ],
)
def test_customers_who_tell_who_wrote_what_are_left_whole(text: str) -> None:
    assert "12.01.2024" not in text or "12.01.2024" in part_from_quotes(text).own
    first = text.splitlines()[0]
    assert part_from_quotes(text).own.startswith(first)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Dziękuję\n-- \nAnna Nowak\nksięgowa", "Dziękuję"),
        ("Dziękuję\n\nZ poważaniem,\nAnna Nowak\ntel. 600 100 200", "Dziękuję"),
        ("Dziękuję\n\nPozdrawiam\nAnna", "Dziękuję"),
        ("Thank you\n\nKind regards,\nAnn", "Thank you"),
        ("Dziękuję\n\nWysłane z telefonu Samsung", "Dziękuję"),
        ("Dziękuję\n\nPobierz aplikację Outlook dla systemu Android", "Dziękuję"),
        ("Thanks\n\nSent from my iPhone", "Thanks"),
        ("Dziękuję\n\nNiniejsza wiadomość jest poufna i przeznaczona\nwyłącznie dla adresata.", "Dziękuję"),
        ("> co się stało?\nnic\n> a teraz?\njuż działa", "nic\njuż działa"),
        (
            "On Fri, Jan 12, 2024 at 10:00 Shop <a@b.example> wrote:\n> hello\n\nand this is my answer",
            "and this is my answer",
        ),
        (
            "Pozdrawiam i proszę o odpowiedź w sprawie zwrotu butów",
            "Pozdrawiam i proszę o odpowiedź w sprawie zwrotu butów",
        ),
        ("Z poważaniem,\nAnna", "Z poważaniem,\nAnna"),  # nothing would be left
        (OUTLOOK + "\n\nDzień dobry", OUTLOOK + "\n\nDzień dobry"),  # forwarded: all of it
        ("", ""),
    ],
)
def test_signatures_small_print_and_answers_below(text: str, own: str) -> None:
    assert part_from_quotes(text).own == own


@given(st.text(alphabet=st.sampled_from("ab >:-_\nOWdniu12.<@>napisał(a)pisze:Sentfrom\u2019'"), max_size=400))
def test_a_letter_with_words_never_comes_out_empty(text: str) -> None:
    said = part_from_quotes(text)
    assert bool(said.own) == bool(text.strip())
    assert set(said.own.splitlines()) <= {line.strip() for line in text.splitlines()} | set(text.strip().splitlines())


def test_the_longest_letter_is_read_in_a_time_that_grows_with_it() -> None:
    for line in ("W dniu 12.01.2024 o 10:00 ", "> ", "Od: a@b.example\n", "-----", "On ", "a: " * 40 + "\n"):
        part_from_quotes(line * (200_000 // len(line)))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Dzień&nbsp;dobry</p><p>Anna</p>", "Dzień dobry\nAnna"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>p{}</style><script>x</script><title>t</title>hej", "hej"),
        ("<div>moje</div><blockquote><p>wasze</p><p>słowa</p></blockquote>", "moje\n> wasze\n> słowa"),
        ("<ul><li>raz<li>dwa</ul>", "- raz\n- dwa"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p>nie<b>zamknięte", "niezamknięte"),
        ("<svg><style>x</style></svg>tak", "tak"),
        ("1 &lt; 2 &amp; 3 <", "1 < 2 & 3 <"),
        ("<pre>a\n  b</pre>", "a\n  b"),
    ],
)
def test_a_letter_in_html_reads_as_it_looks(html: str, text: str) -> None:
    assert read_markup(html) == text


@given(st.text(alphabet=st.sampled_from("<>/abp=\"' !-&;div"), max_size=200))
def test_broken_html_breaks_nothing(html: str) -> None:
    read_markup(html)


HEAD: Final = (
    "From: Anna Nowak <Anna@poczta.example>\r\nTo: bok@sklep.example\r\nMessage-ID: <1@poczta.example>\r\n"
    "Date: Fri, 12 Jan 2024 10:00:00 +0100\r\nSubject: =?utf-8?q?Gdzie_jest_paczk=C4=85?=\r\n"
)


def letter(text: str = "hej", *, head: str = HEAD, more: str = "", charset: str = "utf-8") -> bytes:
    kind = f"Content-Type: text/plain; charset={charset}\r\n" if "content-type" not in more.lower() else ""
    return (head + more + kind + "\r\n").encode() + text.encode(charset, "replace")


def read(body: bytes) -> Event:
    (event,) = read_events(body).events
    return event


def reveal(event: Event) -> str:
    return "" if event.text is None else event.text.reveal()


def test_a_letter_says_who_to_whom_when_and_what() -> None:
    event = read(letter(f"{OWN}\r\n\r\nPozdrawiam\r\nAnna"))
    assert (event.kind, event.user, event.account) == ("message", "anna@poczta.example", "bok@sklep.example")
    assert (event.message, event.dedupe, event.thread) == ("1@poczta.example",) * 3
    assert event.at == datetime(2024, 1, 12, 9, tzinfo=UTC)
    assert event.subject is not None
    assert event.name is not None
    assert event.quoted is not None
    assert (event.subject.reveal(), event.name.reveal(), reveal(event)) == ("Gdzie jest paczką", "Anna Nowak", OWN)
    assert not event.automatic


def test_a_letter_goes_where_its_references_lead_and_never_by_its_subject() -> None:
    more = "In-Reply-To: <3@sklep.example>\r\nReferences: <1@a.example>\r\n <2@b.example> <3@sklep.example>\r\n"
    event = read(letter(more=more))
    assert (event.thread, event.reply_to) == ("1@a.example", "3@sklep.example")
    assert event.about == ("1@a.example", "2@b.example", "3@sklep.example")
    assert read(letter(more="Subject: Re: Gdzie\r\n")).thread == "1@poczta.example"


def test_a_letter_without_an_id_is_known_by_what_it_says() -> None:
    head = HEAD.replace("Message-ID: <1@poczta.example>\r\n", "")
    assert read(letter("a", head=head)).dedupe == read(letter("a", head=head)).dedupe
    assert read(letter("a", head=head)).dedupe != read(letter("b", head=head)).dedupe


@pytest.mark.parametrize(
    ("charset", "named"), [("windows-1250", "iso-8859-2"), ("utf-8", "us-ascii"), ("utf-8", "x-none")]
)
def test_an_encoding_that_is_named_wrongly_is_guessed(charset: str, named: str) -> None:
    body = letter("zażółć gęślą jaźń", charset=charset).replace(
        f"charset={charset}".encode(), f"charset={named}".encode()
    )
    if (charset, named) != ("windows-1250", "iso-8859-2"):  # these two differ in a few letters only, and both fit
        assert reveal(read(body)) == "zażółć gęślą jaźń"
    assert reveal(read(body))


def test_what_no_database_takes_is_left_out() -> None:
    assert reveal(read(letter("a\x00b"))) == "ab"
    halves = letter("x").replace(b"\r\n\r\nx", b"\r\n\r\n+2AA-y").replace(b"charset=utf-8", b"charset=utf-7")
    assert reveal(read(halves)).encode()


ALTERNATIVE: Final = (
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n"
    "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>z HTML</p>\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    ("plain", "text"),
    [("zwykły", "zwykły"), ("", "z HTML"), ("This message contains HTML. Please view it in a browser.", "z HTML")],
)
def test_of_two_ways_to_say_the_same_the_plain_one_is_read(plain: str, text: str) -> None:
    more = "Content-Type: multipart/alternative; boundary=x\r\n"
    assert reveal(read(letter(ALTERNATIVE.format(plain=plain), more=more))) == text


def test_files_are_told_and_their_contents_are_not_text() -> None:
    parts = (
        "--x\r\nContent-Type: text/plain\r\n\r\nw załączniku\r\n"
        "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''um%C3%B3wa.pdf\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
        "--x\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\nx\r\n"
        "--x\r\nContent-Type: text/plain; name=notatka.txt\r\n\r\ntajne\r\n"
        "--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: inny\r\n\r\nlist\r\n--x--\r\n"
    )
    event = read(letter(parts, more="Content-Type: multipart/mixed; boundary=x\r\n"))
    assert reveal(event) == "w załączniku"
    assert [(file.kind, file.mime, file.size, file.inline) for file in event.attachments][:2] == [
        ("file", "application/pdf", 4, False), ("image", "image/png", 1, True)
    ]  # fmt: skip
    assert [None if file.name is None else file.name.reveal() for file in event.attachments] == [
        "umówa.pdf", None, "notatka.txt", None
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("Auto-Submitted: auto-replied\r\n", "auto-submitted"),
        ("Auto-Submitted: no\r\n", None),
        ("Return-Path: <>\r\n", "return-path"),
        ("Return-Path: <anna@poczta.example>\r\n", None),
        ("Precedence: bulk\r\n", "precedence"),
        ("List-Id: <lista.example>\r\n", "list-id"),
        ("List-Unsubscribe: <mailto:x@lista.example>\r\n", "list-unsubscribe"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n", "x-auto-response-suppress"),
        ("X-Auto-Response-Suppress: DR\r\n", None),
        ("X-Autoreply: yes\r\n", "x-autoreply"),
        ("X-Okienko-Loop: sklep\r\n", "x-okienko-loop"),
    ],
)
def test_a_program_is_known_by_its_headers(more: str, why: str | None) -> None:
    event = read(letter(more=more))
    assert (event.automatic, event.standing.get("automatic")) == (why is not None, why)


@pytest.mark.parametrize(
    ("sender", "subject", "headers", "why"),
    [
        ("mailer-daemon@a.example", "", {}, "from"),
        ("no-reply@a.example", "", {}, "from"),
        ("noreply+7@a.example", "", {}, "from"),
        ("nie-odpowiadaj@a.example", "", {}, "from"),
        ("bounce-7@a.example", "", {}, "from"),
        ("bounced.cheque@a.example", "", {}, None),
        ("bok@sklep.example", "", {}, "from"),
        ("anna@a.example", "Autoodpowiedź: urlop", {}, None),
        ("anna@a.example", "Autoodpowiedź: urlop", {"x-auto-response-suppress": ["DR"]}, "subject"),
        ("anna@a.example", "Zwrot", {}, None),
    ],
)
def test_a_program_is_known_by_its_name(
    sender: str, subject: str, headers: dict[str, list[str]], why: str | None
) -> None:
    own = frozenset({"bok@sklep.example"})
    assert find_reason(headers, sender=sender, subject=subject, kind="text/plain", own=own) == why


STATUS: Final = (
    "--x\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n"
    "--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <ours@sklep.example>\r\nSubject: x\r\n--x--\r\n"
)
REPORT: Final = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n"


@pytest.mark.parametrize(
    ("fields", "kind", "standing"),
    [
        ("Final-Recipient: rfc822; Anna@A.example\r\nAction: failed\r\nStatus: 5.1.1", "failed", ("failed", "5.1.1")),
        (
            "Final-Recipient: rfc822; anna@a.example\r\nAction: delayed\r\nStatus: 4.2.2",
            "account_notice",
            ("delayed", "4.2.2"),
        ),
        ("Final-Recipient: rfc822; anna@a.example\r\nAction: delivered", "delivered", ("delivered", None)),
        (
            "Original-Recipient: rfc822; anna@a.example\r\nDiagnostic-Code: smtp; 550 5.7.1 no",
            "failed",
            ("failed", "5.7.1"),
        ),
    ],
)
def test_a_server_reports_by_the_standard(fields: str, kind: str, standing: tuple[str, str | None]) -> None:
    event = read(letter(STATUS.format(fields=fields), more=REPORT))
    assert (event.kind, event.direction, event.user, event.about) == (
        kind, "system", "anna@a.example", ("ours@sklep.example",)
    )  # fmt: skip
    assert (event.standing["action"], event.standing.get("status")) == standing
    assert event.automatic


def test_a_server_reports_several_recipients_one_by_one() -> None:
    fields = "\r\n\r\n".join(f"Final-Recipient: rfc822; {who}.example\r\nAction: failed" for who in ("a@a", "b@b"))
    events = read_events(letter(STATUS.format(fields=fields), more=REPORT)).events
    assert [event.user for event in events] == ["a@a.example", "b@b.example"]
    assert len({event.dedupe for event in events}) == 2


@pytest.mark.parametrize(
    ("sender", "subject", "text", "kind"),
    [
        ("MAILER-DAEMON@mx.example", "failure notice", "<anna@a.example>:\n550 5.1.1 no such user", "failed"),
        (
            "MAILER-DAEMON@mx.example",
            "Warning: could not send",
            "anna@a.example 4.2.2 mailbox is full",
            "account_notice",
        ),
        ("anna@poczta.example", "failure notice", "550 5.1.1 to widzę na ekranie", "message"),
    ],
)
def test_a_server_that_writes_its_own_words_is_understood_but_not_sure(
    sender: str, subject: str, text: str, kind: str
) -> None:
    head = HEAD.replace("Anna Nowak <Anna@poczta.example>", sender).replace(
        "=?utf-8?q?Gdzie_jest_paczk=C4=85?=", subject
    )
    event = read(letter(text, head=head))
    assert (event.kind, event.standing.get("sure")) == (kind, None if kind == "message" else "no")


def test_a_complaint_names_the_letter() -> None:
    parts = (
        "--x\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nOriginal-Rcpt-To: anna@a.example\r\n\r\n"
        "--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <ours@sklep.example>\r\n\r\nx\r\n--x--\r\n"
    )
    event = read(letter(parts, more="Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n"))
    assert (event.kind, event.notice, event.user) == ("account_notice", "complaint", "anna@a.example")
    assert event.about == ("ours@sklep.example",)


def sns(message: object) -> bytes:
    notification = {"Type": "Notification", "MessageId": "n1", "TopicArn": "arn:t", "Timestamp": "2024-01-12T09:00:00Z"}
    return orjson.dumps({**notification, "Message": orjson.dumps(message).decode()})


@pytest.mark.parametrize("key", ["notificationType", "eventType"])
def test_what_amazon_reports(key: str) -> None:
    mail = {
        "messageId": "0001",
        "destination": ["anna@a.example"],
        "commonHeaders": {"messageId": "<ours@sklep.example>"},
    }
    bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "Anna@A.example"}]}
    bounce = read(sns({key: "Bounce", "mail": mail, "bounce": bounced}))
    assert (bounce.kind, bounce.user, bounce.about) == ("failed", "anna@a.example", ("ours@sklep.example", "0001"))
    complaint = {"complainedRecipients": [{"emailAddress": "anna@a.example"}]}
    assert read(sns({key: "Complaint", "mail": mail, "complaint": complaint})).notice == "complaint"
    assert read(sns({key: "Send", "mail": mail, "send": {}})).kind == "sent"
    assert read_events(sns({key: "Open", "mail": mail, "open": {}})).ignored
    assert reveal(read(sns({key: "Received", "mail": mail, "content": letter("hej").decode()}))) == "hej"
    asks = {"Type": "SubscriptionConfirmation", "MessageId": "n2", "TopicArn": "arn:t", "Token": "x"}
    assert read(orjson.dumps(asks)).notice == "SubscriptionConfirmation"


def test_what_postmark_makes_of_a_letter() -> None:
    given = {
        "FromFull": {"Email": "anna@poczta.example", "Name": "Anna"},
        "To": "bok@sklep.example",
        "Subject": "Zażalenie",
        "MessageID": "0-1",
        "Date": "Fri, 12 Jan 2024 10:00:00 +0100",
        "TextBody": "gdzie paczka",
        "Headers": [{"Name": "In-Reply-To", "Value": "<3@sklep.example>"}, {"Name": "X-Empty", "Value": ""}],
    }
    event = read(orjson.dumps(given))
    assert (event.user, event.account, event.reply_to) == (
        "anna@poczta.example",
        "bok@sklep.example",
        "3@sklep.example",
    )
    assert (reveal(event), event.message) == ("gdzie paczka", "0-1@postmark")
    whole = read(orjson.dumps({**given, "RawEmail": letter("cały list").decode()}))
    assert reveal(whole) == "cały list"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": 1}', b"[1]", b"\r\n\r\nno head"])
def test_what_is_no_letter_is_said_to_be(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_events(body)


@given(st.binary(max_size=300), st.sampled_from(["multipart/mixed; boundary=x", "multipart/report", "text/html", "??"]))
def test_no_bytes_break_the_reader(content: bytes, kind: str) -> None:
    read_letter(HEAD.encode() + f"Content-Type: {kind}\r\n\r\n".encode() + content)
    read_events(
        HEAD.encode() + f"Content-Type: {kind}\r\n".encode() + b"X-Raw: " + content.replace(b"\n", b"") + b"\r\n\r\nx"
    )


def test_a_letter_that_is_nested_without_end_is_read_to_a_depth() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(60)) + "\r\nhej"
    read_letter((HEAD + nested).encode())
