"""Bodies of requests, read in memory up to a limit.

Starlette's own form parser writes large parts to a temporary file, and an error of a JSON parser carries the whole
body; what people type must reach neither. So bodies are read here, and errors say what was wrong, never what was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qs, parse_qsl

import orjson
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

FORM_LIMIT: Final = 64 * 1024  # bytes
_FIELDS: Final = 100


async def read_body(request: Request, limit: int = FORM_LIMIT) -> bytes:
    """The body, at most `limit` bytes. Raises 413."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413)
    return bytes(body)


async def read_json(request: Request, limit: int = FORM_LIMIT) -> Mapping[str, Any]:
    """The body as a JSON object. Raises 400, 413."""
    body = await read_body(request, limit)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPException(400, "expected a JSON object") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "expected a JSON object")
    return cast("dict[str, Any]", value)


async def read_form(request: Request, limit: int = FORM_LIMIT, most: int = _FIELDS) -> dict[str, str]:
    """The fields of a form, at most so many; of a repeated one, the last. Raises 400, 413, 415, the last for files."""
    body = await read_body(request, limit)
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type == b"application/x-www-form-urlencoded":
        return parse_urlencoded(body, most)
    if media_type == b"multipart/form-data":
        return parse_multipart(body, options.get(b"boundary", b""), most)
    raise HTTPException(415)


async def read_fields(request: Request, limit: int = FORM_LIMIT) -> dict[str, list[str]]:
    """The fields of a form of which some may be repeated; in a form with parts, each counts once.

    Raises 400, 413, 415.
    """
    body = await read_body(request, limit)
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type == b"application/x-www-form-urlencoded":
        try:
            return parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
        except ValueError:
            raise HTTPException(400, "the form could not be read") from None
    if media_type == b"multipart/form-data":
        return {name: [value] for name, value in parse_multipart(body, options.get(b"boundary", b"")).items()}
    raise HTTPException(415)


async def read_upload(request: Request, limit: int) -> tuple[dict[str, str], dict[str, bytes]]:
    """The fields and the files of a form, by name; a file that nobody has chosen is empty. All of it stays in memory.

    Raises 400, 413, 415.
    """
    body = await read_body(request, limit)
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != b"multipart/form-data":
        raise HTTPException(415)
    return _parse_parts(body, options.get(b"boundary", b""))


def parse_urlencoded(body: bytes, most: int = _FIELDS) -> dict[str, str]:
    """Pure. Raises 400."""
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=most, errors="strict"))
    except ValueError:
        raise HTTPException(400, "the form could not be read") from None


def parse_multipart(body: bytes, boundary: bytes, most: int = _FIELDS) -> dict[str, str]:
    """Pure. Raises 400; 415 for a file."""
    fields, files = _parse_parts(body, boundary, most)
    if files:
        raise HTTPException(415)
    return fields


def _parse_parts(body: bytes, boundary: bytes, most: int = _FIELDS) -> tuple[dict[str, str], dict[str, bytes]]:
    """Pure. Raises 400."""
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    headers: dict[bytes, bytes] = {}
    name, value = bytearray(), bytearray()  # of the header that is being read
    part = bytearray()

    def end_header() -> None:
        headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def end_part() -> None:
        _, options = parse_options_header(headers.get(b"content-disposition"))
        if b"filename" in options:
            files[options[b"name"].decode()] = bytes(part)
        else:
            fields[options[b"name"].decode()] = part.decode()
        headers.clear()
        part.clear()
        if len(fields) + len(files) > most:
            raise HTTPException(400, "the form has too many fields")

    def append(to: bytearray) -> Any:
        def take(data: bytes, start: int, end: int) -> None:
            to.extend(data[start:end])

        return take

    try:
        parser = MultipartParser(
            boundary,
            {
                "on_header_field": append(name),
                "on_header_value": append(value),
                "on_header_end": end_header,
                "on_part_data": append(part),
                "on_part_end": end_part,
            },
        )
        parser.write(body)
        parser.finalize()
    except (MultipartParseError, UnicodeDecodeError, KeyError):
        raise HTTPException(400, "the form could not be read") from None
    return fields, files
