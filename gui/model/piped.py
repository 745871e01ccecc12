"""Messages through a pipe: eight bytes of length, JSON, and the bytes that the JSON announces."""

from __future__ import annotations

import json
from typing import IO, Any

from gui.model.findings import Unreadable
from gui.model.strict_json import parse

LARGEST = 2**20
"""Bytes of the JSON of one message."""
MOST = 2**29
"""Bytes that may follow it."""
BYTES = "bytes"


def send(pipe: IO[bytes], message: dict[str, Any], payload: bytes = b"") -> None:
    """Write one message.  Raises OSError where nobody reads any more."""
    head = json.dumps({**message, BYTES: len(payload)}).encode()
    if len(head) > LARGEST:
        raise ValueError("the message is too long")
    pipe.write(len(head).to_bytes(8, "big") + head)
    pipe.write(payload)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None where the other end has gone, or says what none of ours would."""
    length = int.from_bytes(_exactly(pipe, 8) or b"", "big")
    head = _exactly(pipe, length) if 0 < length <= LARGEST else None
    if head is None:
        return None
    try:
        message = parse(head.decode())
        size = message[BYTES]
    except (Unreadable, UnicodeDecodeError, TypeError, KeyError):
        return None
    if type(size) is not int or not 0 <= size <= MOST:
        return None
    payload = _exactly(pipe, size)
    return None if payload is None else (message, payload)


def _exactly(pipe: IO[bytes], size: int) -> bytes | None:
    found = pipe.read(size)
    return found if len(found) == size else None
