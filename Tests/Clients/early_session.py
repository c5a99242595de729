#!/usr/bin/env python3
"""Makes a session that openssl s_client saved allow early data, which the server never does: early_session.py FILE."""

import base64
import sys
from pathlib import Path

# SSL_SESSION_ASN1 of OpenSSL's ssl/ssl_asn1.c: max_early_data is [15] EXPLICIT INTEGER, 16,384 here.
MAX_EARLY_DATA = bytes([0xAF, 4, 0x02, 2, 0x40, 0x00])


def element(der: bytes, start: int) -> tuple[int, int, int]:
    """Tag, start of the content and end of the element at a place."""
    first = der[start + 1]
    if first < 0x80:
        return der[start], start + 2, start + 2 + first
    content = start + 2 + (first & 0x7F)
    return der[start], content, content + int.from_bytes(der[start + 2:content], "big")


def main() -> None:
    path = Path(sys.argv[1])
    lines = path.read_text(encoding="ascii").splitlines()
    der = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
    _, start, end = element(der, 0)
    place = start
    while place < end and element(der, place)[0] < MAX_EARLY_DATA[0]:
        place = element(der, place)[2]
    content = der[start:place] + MAX_EARLY_DATA + der[place:end]
    text = base64.encodebytes(b"\x30\x82" + len(content).to_bytes(2, "big") + content).decode()
    path.write_text(f"{lines[0]}\n{text}{lines[-1]}\n", encoding="ascii")


if __name__ == "__main__":
    main()
