"""The process that trains: `python -m okienko.routing.learn`, started by `process`. Examples in, a router's bytes out.

It reads masked examples from its standard input and writes to its standard output; it opens no file and no connection.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final

import orjson

from okienko.routing.outside import read_outside
from okienko.routing.train import Example, TooFewExamples, train

TOO_FEW: Final = 3  # exit status
ENVIRON: Final = {"OPENBLAS_NUM_THREADS": "1"}  # the matrices are small: threads would only wait for each other


def write_orders(examples: Sequence[Example], outside: Sequence[str] = ()) -> bytes:
    """What the process is to learn: examples, and messages that belong nowhere beside those that okienko brings."""
    return orjson.dumps({"examples": [(one.text, one.intent) for one in examples], "outside": list(outside)})


def main() -> None:
    """Trains once."""
    orders: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    examples = [Example(text=text, intent=intent) for text, intent in orders["examples"]]
    try:
        router = train(examples, [*read_outside(), *orders["outside"]])
    except TooFewExamples:
        sys.exit(TOO_FEW)
    sys.stdout.buffer.write(router.to_bytes())


if __name__ == "__main__":
    main()
