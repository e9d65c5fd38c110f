"""One file a kind. A file that stands in this folder and holds a `DETECTOR` is found; nothing else has to be told."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from okienko.masking.detector import Detector


def _discover() -> tuple[Detector, ...]:
    found: list[Detector] = []
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        detector: object = importlib.import_module(f"{__name__}.{name}").DETECTOR
        if not isinstance(detector, Detector):
            raise TypeError(f"{__name__}.{name}.DETECTOR is no Detector")
        found.append(detector)
    return tuple(found)


DETECTORS: Final = _discover()
