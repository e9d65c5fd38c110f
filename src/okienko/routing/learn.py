"""The process that trains: `python -m okienko.routing.learn`, started by `process`. Examples in, a router's bytes out.

It reads masked examples from its standard input and writes to its standard output; it opens no file and no connection.
"""

from __future__ import annotations

import sys

import orjson

from okienko.routing.outside import read_outside
from okienko.routing.train import Example, TooFewExamples, train

TOO_FEW = 3  # exit status


def main() -> None:
    """Trains once."""
    pairs: list[tuple[str, str]] = orjson.loads(sys.stdin.buffer.read())
    try:
        router = train([Example(text=text, intent=intent) for text, intent in pairs], read_outside())
    except TooFewExamples:
        sys.exit(TOO_FEW)
    sys.stdout.buffer.write(router.to_bytes())


if __name__ == "__main__":
    main()
