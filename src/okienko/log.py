"""Logs: one JSON line an event. A key that is not on the list is dropped, so nobody's words can get in by accident."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "brand",  # ids only
        "conversation",
        "channel",
        "error",  # the class of an exception, never its text
        "where",  # file and line
        "count",
        "seconds",
        "status",
        "method",
        "route",  # the pattern, not the address
        "port",
    }
)


def keep_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops what is not on the list."""
    return {key: value for key, value in event.items() if key in ALLOWED}


class Libraries(logging.Handler):
    """What libraries have to say: which one, how bad, and the class of an exception. Their words may be somebody's."""

    def emit(self, record: logging.LogRecord) -> None:
        """Called for each record."""
        error = record.exc_info[1] if record.exc_info else None
        said = {} if error is None else describe(error)
        structlog.get_logger().log(record.levelno, "library", **{**said, "where": record.name})


def configure() -> None:
    """Logs go to standard error. The server's own are off: they would hold addresses and the words of exceptions."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)
    logging.basicConfig(handlers=[Libraries()], level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def describe(error: BaseException) -> dict[str, str]:
    """An exception as it may be logged: its class and the place, without its text, which could quote somebody."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = "" if frame is None else f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
    return {"error": type(error).__name__, "where": where}
