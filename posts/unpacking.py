"""Decompresses gzip and deflate, with a limit."""

import zlib

__all__ = ["DamagedError", "TooLargeError", "is_gzip", "unpacked"]

# zlib's wbits that accept gzip's header and zlib's own, and those of deflate without any.
GZIP_OR_ZLIB, RAW = 47, -15
GZIP = b"\x1f\x8b\x08"


class DamagedError(ValueError):
    """The data is not compressed, or not whole."""


class TooLargeError(ValueError):
    """The data is too large when it is decompressed."""


def is_gzip(data: bytes) -> bool:
    """Return whether data begins like gzip."""
    return data.startswith(GZIP)


def unpacked(data: bytes, most: int) -> bytes:
    """Return data decompressed. gzip may have several members; deflate may lack zlib's header, as some servers send it.

    Raises:
        DamagedError: it is not compressed in this way, or ends early.
        TooLargeError: it would have more than ``most`` bytes.
    """
    out = bytearray()
    kind = GZIP_OR_ZLIB
    while data:
        try:
            decompressor = zlib.decompressobj(kind)
            part = decompressor.decompress(data, most + 1 - len(out))
        except zlib.error as error:
            if out or kind == RAW or is_gzip(data):
                if out and not is_gzip(data):
                    break  # What others add after the end.
                raise DamagedError(str(error)) from None
            kind = RAW
            continue
        out += part
        if len(out) > most:
            raise TooLargeError
        if not decompressor.eof:
            raise DamagedError("it ends early")
        data = decompressor.unused_data
    return bytes(out)
