"""PNG pictures from the standard library, as data: URIs that stand in the page itself.

Source: Portable Network Graphics (PNG) Specification, third edition, W3C.
"""

from base64 import b64encode
from collections.abc import Sequence
from struct import pack
from zlib import compress, crc32

__all__ = ["data_uri", "encode_png"]

GREY, INDEXED = 0, 3
Colour = tuple[int, int, int, int]  # red, green, blue, opacity, each 0 to 255


def encode_png(
    pixels: bytes, width: int, height: int, palette: Sequence[Colour] | None = None
) -> bytes:
    """The file of a picture of height · width bytes, row after row.

    A byte is a grey from 0, black, to 255, white; with a palette, the number of a colour in it.
    """
    if len(pixels) != width * height:
        raise ValueError(f"{len(pixels)} pixels for {width} × {height}")
    kind = GREY if palette is None else INDEXED
    chunks = [_chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))]
    if palette is not None:
        chunks.append(_chunk(b"PLTE", b"".join(bytes(colour[:3]) for colour in palette)))
        chunks.append(_chunk(b"tRNS", bytes(colour[3] for colour in palette)))
    # Each line begins with the number of its filter: 0, the bytes as they are.
    lines = b"".join(b"\0" + pixels[i : i + width] for i in range(0, len(pixels), width))
    chunks += [_chunk(b"IDAT", compress(lines, 9)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def data_uri(png: bytes) -> str:
    """The picture as an address that holds it."""
    return "data:image/png;base64," + b64encode(png).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))
