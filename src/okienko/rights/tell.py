"""Words for laws: `gdpr:12(3)` is *article 12(3) of the GDPR*, in Polish *art. 12 ust. 3 RODO*. Pure."""

from __future__ import annotations

import re
from typing import Final

from okienko.policy.book import Book
from okienko.policy.rules import Clock
from okienko.web.i18n import Words, mark

_LAWS: Final = {
    "gdpr": mark("the GDPR, article %(place)s"),
    "ukgdpr": mark("the UK GDPR, article %(place)s"),
    "dpa": mark("the Data Protection Act 2018, section %(place)s"),
    "pl-upk": mark("the Polish act on consumers’ rights, article %(place)s"),
    "ccpa": mark("the California Consumer Privacy Act, section %(place)s"),
    "ccpa-regs": mark("the rules to the California Consumer Privacy Act, section %(place)s"),
    "pipeda": mark("PIPEDA (Canada), section %(place)s"),
    "qc": mark("Québec’s act on personal information, section %(place)s"),
}
_OWN: Final = mark("our own promise")
_POLISH: Final = re.compile(r"\((\d+)\)")


def find_law(book: Book, rule: str) -> tuple[str, ...]:
    """The laws behind a request's clock, which its row names as *place clock.name*. Empty: there is no such rule."""
    place, _, clock = rule.partition(" ")
    policy = book.policies.get(place)
    if policy is None:
        return ()
    rules = [one for one in policy.rules.get(clock.partition(" ")[0], ()) if isinstance(one, Clock)]
    first = min(rules, key=lambda one: (one.origin.policy, one.origin.law), default=None)
    return () if first is None else tuple(first.origin.law)


def tell_law(laws: tuple[str, ...], speak: Words) -> str:
    """The first of several laws, in words."""
    for law in laws:
        name, _, place = law.partition(":")
        if name in _LAWS:
            if speak.language == "pl":
                place = _POLISH.sub(r" ust. \1", place)
            return speak.gettext(_LAWS[name], place=place)
    return speak.gettext(_OWN)
