"""Who needs a second step, and what a browser is called in a list. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# Whoever only answers customers may do with a password. Any other role, also one that is yet to come, sees more people
# or decides more than that.
ORDINARY: Final = frozenset({"agent"})

_BROWSERS: Final = ("Edg", "OPR", "Firefox", "SamsungBrowser", "Chrome", "Safari")  # Chrome's name is in others' too
_NAMES: Final = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
_SYSTEMS: Final = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")  # Android says Linux too
_SYSTEM_NAMES: Final = {"Macintosh": "macOS", "CrOS": "ChromeOS"}


def must_enrol(roles: Iterable[str], *, everybody: bool) -> bool:
    """Whether somebody with these roles may do nothing before a passkey or an authenticator app is set up."""
    return everybody or any(role not in ORDINARY for role in roles)


def name_browser(agent: str) -> str:
    """`Firefox, Linux` out of a User-Agent header: enough to tell one's own sessions apart, and no more."""
    browser = next((name for name in _BROWSERS if re.search(rf"\b{name}[\w ]*/", agent)), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return ", ".join(name for name in (_NAMES.get(browser, browser), _SYSTEM_NAMES.get(system, system)) if name)
