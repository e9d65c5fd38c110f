"""A source of facts that is asked over https, as an administrator writes it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, cast, get_args

from okienko.lookups.address import read_template
from okienko.lookups.source import IDENTIFIER, MOST_GIVES, MOST_NEEDS, NAME, Proof, Source
from okienko.web.i18n import mark

PATH: Final = re.compile(r"[\w$@:-]+(?:\.[\w$@:-]+){0,9}", re.ASCII)
HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
Field = Literal["name", "proof", "url", "host", "paths", "owner", "header", "seconds"]
RULES: Final[Mapping[Field | Literal["taken"], str]] = {
    "name": mark("A name is of small letters a to z, digits and hyphens, a letter first, such as “orders”."),
    "taken": mark("The brand has a source of this name already."),
    "proof": mark("Choose what is asked of who asks. A second fact can be asked of a table alone."),
    "url": mark(
        "Write an address such as https://api.shop.example/orders/{number}: with https, with at least one name in "
        "braces, and with names in its path and query alone."
    ),
    "host": mark("This host is not on the operator's list. The operator names it in OKIENKO_LOOKUP_HOSTS."),
    "paths": mark("Write a line for each fact: its name, a colon, and where it stands, such as “state: order.state”."),
    "owner": mark("Say where the e-mail address of whom it is about stands: without it a code proves nothing here."),
    "header": mark("A header has a name such as “Authorization”, and what it says; both or neither."),
    "seconds": mark("It may take from half a second to five seconds."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An address to be asked, as somebody has written it; its secret is in clear and not sealed yet."""

    source: Source
    secret: str | None = field(default=None, repr=False)


def read_form(form: Mapping[str, str], hosts: Collection[str]) -> Wanted | frozenset[Field]:
    """A source of the kind `https` out of a form, or what is wrong with it. `hosts`: those that the operator allows."""
    wrong: set[Field] = set()
    name = form.get("name", "").strip()
    if not IDENTIFIER.fullmatch(name):
        wrong.add("name")
    proof = form.get("proof", "none")
    if proof not in get_args(Proof) or proof == "order":
        wrong.add("proof")
    template = read_template(form.get("url", "").strip())
    if template is None or not 1 <= len(template.names) <= MOST_NEEDS:
        wrong.add("url")
    elif template.place not in hosts:
        wrong.add("host")
    paths = read_paths(form.get("paths", ""))
    if paths is None:
        wrong.add("paths")
    owner = form.get("owner", "").strip() or None
    if (owner is not None and not PATH.fullmatch(owner)) or (proof == "code" and owner is None):
        wrong.add("owner")
    header, secret = form.get("header", "").strip() or None, form.get("secret", "").strip() or None
    if header is not None and (not HEADER.fullmatch(header) or header.lower() in _OURS):
        wrong.add("header")
    if (header is None) != (secret is None) or (secret is not None and not (secret.isascii() and secret.isprintable())):
        wrong.add("header")
    seconds = _read_seconds(form.get("seconds", "3"))
    if seconds is None:
        wrong.add("seconds")
    if wrong or template is None or paths is None or seconds is None:
        return frozenset(wrong)
    source = Source(
        id=name,
        kind="https",
        proof=cast("Proof", proof),
        needs=template.names,
        gives=tuple(paths),
        url=template.text,
        paths=tuple(paths.values()),
        owner_path=owner,
        header=header,
        seconds=seconds,
    )
    return Wanted(source=source, secret=secret)


_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "cookie"})


def read_paths(text: str) -> dict[str, str] | None:
    """`state: order.state`, a line a fact; None where a line says something else."""
    paths: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, path = (part.strip() for part in line.partition(":"))
        if not NAME.fullmatch(name) or not PATH.fullmatch(path) or name in paths:
            return None
        paths[name] = path
    return paths if 1 <= len(paths) <= MOST_GIVES else None


def _read_seconds(text: str) -> float | None:
    try:
        seconds = float(text.replace(",", "."))
    except ValueError:
        return None
    return seconds if 0.5 <= seconds <= 5 else None
