"""What the sections of an audit pack and their columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from okienko.web.i18n import mark

_LOG: Final = (
    mark("Entry"),
    mark("When"),
    mark("Who"),
    mark("Role"),
    mark("What was done"),
    mark("Kind of thing"),
    mark("Which thing"),
    mark("Conversation"),
    mark("More"),
)

TITLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "access": (mark("Who may see what now"), (mark("Who"), mark("Role"), mark("Account"))),
    "seen": (mark("Who saw what"), _LOG),
    "done": (mark("Who did what"), _LOG),
    "answers": (
        mark("What the bot told whom, from which version of which article"),
        (
            mark("When"),
            mark("Conversation"),
            mark("Person"),
            mark("Which article"),
            mark("Language"),
            mark("Version"),
            mark("Worded by"),
        ),
    ),
    "articles": (
        mark("Versions of articles that were published"),
        (mark("When"), mark("Which article"), mark("Language"), mark("Version"), mark("Who")),
    ),
    "policies": (
        mark("Versions of the privacy policy that were applied"),
        (
            mark("Applied first"),
            mark("Digest"),
            mark("Whose rules"),
            mark("Requests under it"),
            mark("Consents under it"),
            mark("Nights of deletion under it"),
        ),
    ),
    "texts": (
        mark("Notices and consent texts"),
        (
            mark("Which text"),
            mark("Language"),
            mark("Version"),
            mark("In force since"),
            mark("In force until"),
            mark("Digest"),
        ),
    ),
    "consents": (
        mark("Consent: what people said, by purpose and text"),
        (
            mark("For which purpose"),
            mark("Channel"),
            mark("What was done"),
            mark("Which text"),
            mark("Version"),
            mark("How often"),
        ),
    ),
    "coverage": (
        mark("Consent: of the people who wrote in this time, how many have said what"),
        (mark("For which purpose"), mark("Channel"), mark("What they said last"), mark("People")),
    ),
    "processors": (
        mark("Processors in this time"),
        (
            mark("Processor"),
            mark("What was done"),
            mark("Where it works"),
            mark("Contract of"),
            mark("In force since"),
            mark("In force until"),
        ),
    ),
    "retention": (
        mark("Retention: what was deleted, and what stays although its time is over"),
        (mark("On which day"), mark("Class of data"), mark("Rows deleted"), mark("Overdue and kept")),
    ),
    "overdue": (
        mark("Retention: what has had its time and is there now"),
        (
            mark("Class of data"),
            mark("Its time was over"),
            mark("To be deleted"),
            mark("Kept by a hold or a restriction"),
        ),
    ),
    "requests": (
        mark("Open requests of people about their data"),
        (
            mark("Number of the request"),
            mark("Which kind"),
            mark("Came in"),
            mark("To be answered by"),
            mark("Extended to"),
            mark("Is it late"),
        ),
    ),
    "holds": (
        mark("Legal holds in force now"),
        (mark("Approved on"), mark("To be reviewed by"), mark("Asked for by"), mark("Approved by"), mark("Is it late")),
    ),
    "missed": (
        mark("Samples of stored words: personal data that were not hidden"),
        (mark("When"), mark("Messages read"), mark("Which kind"), mark("Detector"), mark("How often")),
    ),
}
"""Section → its title, and its columns in their order."""
