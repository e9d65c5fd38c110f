"""What customers are told of an incident: the notice, its short form, the all clear. Pure."""

from __future__ import annotations

from datetime import datetime

from okienko.incidents.incident import Incident
from okienko.web.i18n import Words


def write_notice(incident: Incident, speak: Words, *, brand: str, timezone: str, now: datetime) -> str:
    """The notice in full: who says it, since when it lasts, the editor's words, and when more will be known."""
    since = speak.moment(incident.since, timezone, now=now)
    opening = speak.gettext("%(brand)s reports a fault (since %(since)s):", brand=brand, since=since)
    return "\n".join([opening, incident.notice[speak.language].strip(), *_write_news(incident, speak, timezone, now)])


def write_again(incident: Incident, speak: Words, *, brand: str, timezone: str, now: datetime) -> str:
    """The short form, for whoever has had the notice in full."""
    since = speak.moment(incident.since, timezone, now=now)
    still = speak.gettext(
        "%(brand)s: this is about the fault that you were told of above. It goes on (since %(since)s).",
        brand=brand,
        since=since,
    )
    return " ".join([still, *_write_news(incident, speak, timezone, now)])


def _write_news(incident: Incident, speak: Words, timezone: str, now: datetime) -> list[str]:
    if incident.news_at is None or incident.news_at <= now:  # a promise whose time has passed is not repeated
        return []
    return [speak.gettext("Next news: %(moment)s.", moment=speak.moment(incident.news_at, timezone, now=now))]


def write_all_clear(incident: Incident, speak: Words, *, brand: str, timezone: str, asked: datetime) -> str:
    """What is told to whoever asked about it at `asked`, once it is solved."""
    own = incident.solved.get(speak.language, "").strip()
    if own:
        return speak.gettext("%(brand)s informs:", brand=brand) + " " + own
    return speak.gettext(
        "%(brand)s informs: the problem that you wrote about on %(date)s is solved. If it is still there, write here.",
        brand=brand,
        date=speak.date(asked, timezone, today=asked.date()),
    )
