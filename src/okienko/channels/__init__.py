"""Channels: one folder each. A folder with an `adapter.py` that has an `ADAPTER` is a channel; nothing lists them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import MappingProxyType

from okienko.values import Adapter, Caller


@cache
def adapters() -> Mapping[str, Adapter]:
    """Every channel by name."""
    names = (f"{__name__}.{module.name}.adapter" for module in iter_modules(__path__) if module.ispkg)
    found = (import_module(name).ADAPTER for name in names if find_spec(name) is not None)
    return MappingProxyType({adapter.name: adapter for adapter in found})


def caller(channel: str) -> Caller | None:
    """The channel's way out, or None when customers come and read, as in web chat."""
    adapter = adapters().get(channel)
    return adapter if isinstance(adapter, Caller) else None
