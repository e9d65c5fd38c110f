"""The published encoder is looked at where it is installed, and said to be left out where it is not."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from okienko.encoders.files import PACKAGE

collect_ignore = [] if find_spec(PACKAGE) else ["test_published.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud what the run did without."""
    if not find_spec(PACKAGE):
        terminalreporter.write_line(f"left out: the English encoder, for {PACKAGE} is not installed")
