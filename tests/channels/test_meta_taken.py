"""Whatever is sent, the vendors' own limits are kept: the sandbox looks at every call field by field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.sandbox import graph, whatsapp
from okienko.values import Author, Choice, Kind, Outgoing
from tests.channels.meta_world import ANN, NOW, going, quote, sent

WORDS = st.sampled_from(["zażółć", "gęślą", "jaźń.", "\n\n", "👩\u200d👧", "https://help.company.example/pl/zwroty"])
TEXTS = st.lists(WORDS, min_size=1, max_size=300).map(" ".join).filter(str.strip)
LABELS = st.text("ąbc 1", min_size=1, max_size=80).filter(str.strip)
CHOICES = st.lists(LABELS, max_size=16, unique=True).map(
    lambda labels: tuple(Choice(value=f"option:{place}", label=label) for place, label in enumerate(labels))
)


@st.composite
def outgoings(draw: Any) -> Outgoing:
    return going(
        draw(TEXTS),
        kind=Kind.ANSWER,
        choices=draw(CHOICES),
        citations=(quote(quote=draw(TEXTS)),) if draw(st.booleans()) else (),
        author=draw(st.sampled_from([Author.BOT, Author.AGENT])),
        help=draw(st.sampled_from(["", "https://help.company.example/help/seans"])),
    )


@settings(deadline=None, max_examples=40)
@given(outgoings(), st.sampled_from(["messenger", "instagram"]), st.booleans())
def test_messenger_and_instagram_take_it(outgoing: Outgoing, channel: graph.Vendor, page: bool) -> None:
    offered: list[str] = []
    bodies = sent(channel, outgoing, flavour="page" if page else "instagram")
    for body in bodies:
        found = graph.read_send(channel, body, user=ANN, acted_at=NOW, ours=True, now=NOW)
        assert isinstance(found, graph.Sending)
        offered += [option.payload for option in found.options]
    assert offered == ([one.value for one in outgoing.choices] if len(outgoing.choices) <= 13 else [])
    late = NOW - timedelta(hours=24, seconds=1)
    for body in sent(channel, going(author=outgoing.author, late=True)):
        taken = graph.read_send(channel, body, user=ANN, acted_at=late, ours=True, now=NOW)
        assert isinstance(taken, graph.Sending) is (outgoing.author is Author.AGENT)


@settings(deadline=None, max_examples=40)
@given(outgoings())
def test_whatsapp_takes_it(outgoing: Outgoing) -> None:
    offered: list[str] = []
    said = ""
    for body in sent("whatsapp", outgoing):
        found = whatsapp.read_send(body, user=ANN, acted_at=NOW, now=NOW)
        assert isinstance(found, whatsapp.Sending)
        said += found.text
        offered += [option.payload for option in found.options]
    values = [one.value for one in outgoing.choices]
    assert offered in (values, [])
    if not offered:
        assert all(one.label.strip() in said for one in outgoing.choices)
