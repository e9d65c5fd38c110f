"""okienko: a self-hosted customer-service desk with a bot. Start reading at `turn.py`."""

import os
from typing import Final

# Many processes share a machine, and what is multiplied here takes microseconds: a pool of threads would only wait for
# it, awake. Set before numpy is imported anywhere.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__: Final = "0.1.0"
