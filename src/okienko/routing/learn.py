"""The process that trains: `python -m okienko.routing.learn`, started by `process`. Examples in, a router's bytes out.

It reads masked examples from its standard input and writes to its standard output; it opens no file and no connection.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from okienko.encoders.files import open_encoder
from okienko.routing.outside import read_outside
from okienko.routing.train import Example, TooFewExamples, train

TOO_FEW: Final = 3  # exit status
ENVIRON: Final = {"OPENBLAS_NUM_THREADS": "1"}  # the matrices are small: threads would only wait for each other


def write_orders(
    examples: Sequence[Example], outside: Sequence[str] = (), *, encoder: str | None = None, data: Path | None = None
) -> bytes:
    """What the process is to learn: examples, and messages that belong nowhere beside those that okienko brings.

    `encoder` is a kind of `okienko.encoders.files`, whose files are looked for in the data folder.
    """
    return orjson.dumps(
        {
            "examples": [(one.text, one.intent) for one in examples],
            "outside": list(outside),
            "encoder": encoder,
            "data": str(data or Path()),
        }
    )


def main() -> None:
    """Trains once."""
    orders: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    examples = [Example(text=text, intent=intent) for text, intent in orders["examples"]]
    try:
        encoder = None if orders["encoder"] is None else open_encoder(orders["encoder"], Path(orders["data"]))
        router = train(examples, [*read_outside(), *orders["outside"]], encoder=encoder)
    except TooFewExamples:
        sys.exit(TOO_FEW)
    sys.stdout.buffer.write(router.to_bytes())


if __name__ == "__main__":
    main()
