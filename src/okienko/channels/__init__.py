"""Channels: one folder each. A folder with an `adapter.py` that has an `ADAPTER` is a channel; nothing lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from okienko.channels.connect import Connect
from okienko.channels.vendor import Bounded, Limits, find_reach
from okienko.values import Adapter, Caller, Reach


def _modules(name: str) -> Iterator[ModuleType]:
    named = (f"{__name__}.{module.name}.{name}" for module in iter_modules(__path__) if module.ispkg)
    return (import_module(full) for full in named if find_spec(full) is not None)


@cache
def adapters() -> Mapping[str, Adapter]:
    """Every channel by name."""
    return MappingProxyType({module.ADAPTER.name: module.ADAPTER for module in _modules("adapter")})


@cache
def connects() -> Mapping[str, Connect]:
    """What can be connected at the desk, by the channel's name: folders with a `connect.py` that has a `CONNECT`."""
    return MappingProxyType({module.CONNECT.channel: module.CONNECT for module in _modules("connect")})


def caller(channel: str) -> Caller | None:
    """The channel's way out, or None when customers come and read, as in web chat."""
    adapter = adapters().get(channel)
    return adapter if isinstance(adapter, Caller) else None


def reach(channel: str, acted_at: datetime | None, now: datetime) -> Reach:
    """Whether a person may write by a channel whose customer did something last at `acted_at`, and how much."""
    adapter = adapters().get(channel)
    found = find_reach(adapter.window, acted_at=acted_at, now=now) if isinstance(adapter, Limits) else Reach()
    return replace(found, longest=adapter.longest) if isinstance(adapter, Bounded) else found
