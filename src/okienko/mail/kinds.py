"""Which letters there are."""

from __future__ import annotations

from typing import Literal

Template = Literal["code", "contact", "rights_received", "rights_answered", "all_clear"]
"""A code to an address on record; a code to an address just left; a request has arrived; it has been answered; what was
asked about is solved."""
