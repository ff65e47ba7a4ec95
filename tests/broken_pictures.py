"""Files that are no pictures, or broken ones, or made to do harm; and ways to break a good one."""

import random
import struct
import zipfile
import zlib
from io import BytesIO

import numpy as np
from PIL import Image


def encoded(kind: str, size: tuple[int, int] = (160, 120), **options: object) -> bytes:
    """A good picture with some detail in it."""
    noise = np.random.default_rng(7).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(out, kind, **options)
    return out.getvalue()


def good() -> dict[str, bytes]:
    """One of each kind that is read."""
    return {
        "jpeg": encoded("JPEG"),
        "progressive jpeg": encoded("JPEG", progressive=True),
        "png": encoded("PNG"),
        "webp": encoded("WEBP"),
        "lossless webp": encoded("WEBP", lossless=True),
        "heic": encoded("HEIF"),
    }


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    """A PNG in 8 bits of grey whose size is what we say, whatever the data are."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _many_scans() -> bytes:
    """A small progressive JPEG whose last scan is there thousands of times."""
    whole = encoded("JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 3000 + b"\xff\xd9"


def _archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("picture.png", b"\0" * 10_000_000)
    return out.getvalue()


def refused() -> dict[str, bytes]:
    """By a name: what has to be refused with a sentence."""
    zeros = zlib.compress(b"\0" * 20_000_000, 9)
    jpeg, whole_png, webp, heic = (encoded(kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF"))
    return {
        "nothing": b"",
        "one byte": b"\xff",
        "text": b"This is no picture, whatever its name says.\n" * 20,
        "page": b"<!doctype html><title>502 Bad Gateway</title>",
        "drawing": b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>',
        "program": b"\x7fELF" + b"\0" * 500,
        "archive": _archive(),
        "gif": encoded("GIF"),
        "tiff": encoded("TIFF"),
        "bmp": encoded("BMP"),
        "pdf": encoded("PDF"),
        "jpeg, beginning only": jpeg[:12],
        "jpeg, half": jpeg[: len(jpeg) // 2],
        "png, half": whole_png[: len(whole_png) // 2],
        "webp, half": webp[: len(webp) // 2],
        "heic, half": heic[: len(heic) // 2],
        "png bomb": png(60_000, 60_000, zeros),
        "png bomb that lies": png(60_000, 60_000, zlib.compress(b"\0")),
        "png of no size": png(0, 0, zlib.compress(b"")),
        "png of text": png(100, 100, zlib.compress(b"\0" * 50), chunk(b"tEXt", b"a\0b")),
        "png with a bomb of text": png(
            100, 100, zlib.compress(b"\0" * 10_100), chunk(b"zTXt", b"a\0\0" + zeros)
        ),
        "jpeg of many scans": _many_scans(),
        "webp header alone": b"RIFF\x24\0\0\0WEBPVP8L\x0f\0\0\0\x2f\xff\xff\xff\x0f" + b"\0" * 20,
        "too small": encoded("PNG", (20, 20)),
        "too narrow": encoded("PNG", (4000, 80)),
        "too many pixels": png(9000, 6000, zlib.compress(bytes(9001 * 6000), 1)),
    }


def broken(source: bytes, chance: random.Random) -> bytes:
    """A good file with bytes changed, cut out, doubled or shuffled."""
    data = bytearray(source)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(len(data) + 1)
        # Most of what goes wrong, does so in the first bytes.
        if chance.random() < 0.5:
            at = min(at, chance.randrange(200))
        length = chance.choice((1, 2, 4, 60))
        match chance.randrange(6):
            case 0:
                data[at : at + length] = chance.randbytes(length)
            case 1:
                data[at : at + length] = b""
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at : at + length] = bytes(length)
            case 4:
                data[at : at + 4] = b"\xff\xff\xff\xff"
            case _:
                del data[max(at, 1) :]
        if not data:
            break
    return bytes(data)
