"""Colour profiles for tests: the least that ICC.1:2001-04 requires of a display's, from its primaries and gamma."""

import struct

__all__ = ["ADOBE_RGB", "DISPLAY_P3"]

D50 = (0.9642, 1.0, 0.8249)


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in (x, y, z)))


def _profile(red: bytes, green: bytes, blue: bytes, gamma: float) -> bytes:
    curve = b"curv\0\0\0\0" + struct.pack(">IH2x", 1, round(gamma * 256))
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78 + 3)
    tags = {
        b"desc": name,
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": _xyz(*D50),
        b"rXYZ": red,
        b"gXYZ": green,
        b"bXYZ": blue,
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += padded
    header = struct.pack(">I4sI4s4s4s12x4s4xII4sII3i4s", 0, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp",
        0, 0, b"none", 0, 0, *(round(value * 65536) for value in D50), b"lcms")  # fmt: skip
    header = struct.pack(">I", 128 + len(table) + len(body)) + header[4:]
    return header.ljust(128, b"\0") + table + body


# The primaries' XYZ, adapted to D50, of Adobe RGB (1998) and of Display P3, whose curve is close to this gamma.
ADOBE_RGB = _profile(
    _xyz(0.60974, 0.31111, 0.01947), _xyz(0.20528, 0.62567, 0.06087), _xyz(0.14919, 0.06322, 0.74457), 563 / 256
)
DISPLAY_P3 = _profile(
    _xyz(0.51512, 0.24120, -0.00105), _xyz(0.29198, 0.69225, 0.04189), _xyz(0.15710, 0.06657, 0.78407), 2.2
)
