"""Ids of the texts that rules name. The ids are stable; their words belong to whoever shows them.

A rule that names another id is refused, so a slip of the pen cannot take a notice away.
"""

from __future__ import annotations

from typing import Final

TEXTS: Final = frozenset(
    {
        "adm.notice",  # a program decided first: reasons, your view, a person
        "adm.notice.qc",  # the same for Québec, French first
        "ai.label",  # on each message of the bot
        "ai.notice",  # before its first
        "ai.truth",  # when asked whether it is a person
        "appeal.cta",
        "appeal.ods",
        "breach.person",
        "chat.consent.us",  # Agree, or be reached another way
        "chat.notice",  # who keeps what, how long, and your rights
        "chat.refuse",  # after No
        "complaint.ack",
        "consent.withdraw",
        "dsar.ack",
        "dsar.erased",
        "dsar.ext",
        "dsar.ready",
        "dsar.verify",
        "human.cta",
        "human.wait",
        "mask.preview",
        "minor.note",
        "mkt.stop",
        "p2b.termination",
        "reklamacja.ack",
        "ret.notice",
        "rights.contact",
        "sor.head",
    }
)
