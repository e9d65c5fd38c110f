"""The register of article 30: purposes as data, and as a page. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from okienko.policy.rules import Policy, Retention
from okienko.values import Language

HEAD: Final = """# The register of processing

Article 30 of the GDPR wants a controller to keep one. This page is made by `okienko policy register` from
`src/okienko/consent/purposes.toml` and the policies; a test compares it. Periods are those that hold for everybody
before a brand chooses its own. The legal bases are proposals that no counsel has confirmed.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What data are processed for."""

    code: str
    title: str
    words: tuple[str, ...]  # as columns declare it
    basis: str
    data: tuple[str, ...]
    people: str
    recipients: tuple[str, ...]
    retention: tuple[str, ...]  # classes of the policies


def read_purposes(text: str, language: Language = "en") -> Sequence[Purpose]:
    """The purposes of a register, in its order. Raises `KeyError` for one that leaves something out."""
    given: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    if language != "en":
        given = {code: {**row, **row[language]} for code, row in given.items()}
    return [
        Purpose(
            code=code,
            title=row["title"],
            words=tuple(row["words"]),
            basis=row["basis"],
            data=tuple(row["data"]),
            people=row["people"],
            recipients=tuple(row["recipients"]),
            retention=tuple(row["retention"]),
        )
        for code, row in given.items()
    ]


def find_unnamed(purposes: Sequence[Purpose], declared: Sequence[str]) -> set[str]:
    """Of the purposes that columns declare, those that stand nowhere in the register."""
    return set(declared) - {word for purpose in purposes for word in purpose.words}


def render_register(purposes: Sequence[Purpose], policy: Policy) -> str:
    """The register as Markdown. Raises `ValueError` for a class of data that no policy knows."""
    parts = [HEAD]
    for purpose in purposes:
        kept = [f"{name}: {_period(policy, name)}" for name in purpose.retention]
        parts.append(
            "\n".join(
                [
                    f"## {purpose.title}",
                    "",
                    "| | |",
                    "|---|---|",
                    f"| legal basis | {purpose.basis} |",
                    f"| data | {'; '.join(purpose.data)} |",
                    f"| of whom | {purpose.people} |",
                    f"| recipients | {'; '.join(purpose.recipients)} |",
                    f"| kept | {'; '.join(kept) or 'as long as the brand is here'} |",
                    "",
                ]
            )
        )
    return "\n".join(parts)


def _period(policy: Policy, name: str) -> str:
    rules = [rule for rule in policy.rules.get(f"retention.{name}", ()) if isinstance(rule, Retention)]
    if not rules:
        raise ValueError(f"no policy says how long {name} is kept")
    return " or ".join(sorted({f"{rule.period} after {rule.trigger.replace('_', ' ')}" for rule in rules}))
