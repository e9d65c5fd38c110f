"""okienko: a self-hosted customer-service desk with a bot. Start reading at `turn.py`."""

from typing import Final

__version__: Final = "0.1.0"
