"""All pages of the privacy officer, composed."""

from __future__ import annotations

from starlette.routing import Route

from okienko.desk.privacy.holds import pages as holds
from okienko.desk.privacy.ledger import pages as ledger
from okienko.desk.privacy.policy import pages as policy
from okienko.desk.privacy.processors import pages as processors
from okienko.desk.privacy.requests import pages as requests
from okienko.desk.privacy.retention import pages as retention
from okienko.desk.privacy.texts import pages as texts


def routes() -> list[Route]:
    """Everything under /desk/privacy."""
    return [
        *requests.routes(),
        *ledger.routes(),
        *retention.routes(),
        *holds.routes(),
        *processors.routes(),
        *policy.routes(),
        *texts.routes(),
    ]
