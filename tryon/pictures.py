"""Pictures from outside, read in full and written anew.

Whatever somebody uploads, and whatever a provider sends, becomes a WebP file that this code has
written itself: upright, in sRGB, no larger than is of use, and without any of the metadata (place,
time, device, hidden copies) that the original carried.
"""

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

MEDIA_TYPE: Final = "image/webp"

LARGEST_FILE: Final = 20_000_000  # bytes
LARGEST_PIXELS: Final = 50_000_000  # what telephones take
# A longer side is scaled down to this: engines work on 1,024 pixels, screens show little more.
LONGEST_SIDE: Final = 2048
SHORTEST_SIDE: Final = 64
# The longer side of a picture among many: tiles have half of it, and many screens two dots a pixel.
SMALL_SIDE: Final = 400
# A progressive JPEG has about ten scans, and each is a walk over the whole picture: a small file of
# thousands of them would keep the server busy for hours.
_MOST_SCANS: Final = 100
_SCAN = b"\xff\xda"

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

register_heif_opener(thumbnails=False)

# One at a time: a picture of 50 megapixels takes 200 MB while it is being read.
_reading = threading.Lock()


class PictureError(Exception):
    """This is no picture that can be used; the message is one sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A WebP file with its size in pixels."""

    data: bytes
    width: int
    height: int


def read(content: bytes) -> Picture:
    """Read a JPEG, PNG, WebP or HEIC file in full and write it anew as WebP.

    The same content gives the same bytes. Raises PictureError.
    """
    if not content:
        raise PictureError("The file is empty.")
    if len(content) > LARGEST_FILE:
        raise PictureError(
            f"The file has {len(content) / 1e6:.0f} MB; at most {LARGEST_FILE / 1e6:.0f} are read."
        )
    with _reading:
        image = _decoded(content)
    out = BytesIO()
    # Pillow would carry these over.
    image.save(out, "WEBP", quality=90, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return Picture(out.getvalue(), image.width, image.height)


def checked(content: bytes) -> Picture:
    """What an engine has made: as it is when it is plain WebP, or else written anew.

    A second encoding would cost detail. Raises PictureError.
    """
    anew = read(content)
    with Image.open(BytesIO(content)) as image:
        if _is_plain_webp(content) and image.size == (anew.width, anew.height):
            return Picture(content, anew.width, anew.height)
    return anew


def small(content: bytes) -> bytes:
    """A picture that `read` or `checked` gave, as it is shown among many: WebP as well, no side
    longer than `SMALL_SIDE`.
    """
    out = BytesIO()
    with Image.open(BytesIO(content), formats=("WEBP",)) as image:
        image.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
        image.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()


def _is_plain_webp(content: bytes) -> bool:
    """Tell whether a file is WebP with one picture in it, and nothing else."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return False
    at, names = 12, set()
    while at + 8 <= len(content):
        names.add(content[at : at + 4])
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return at == len(content) and names <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


def _decoded(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image.width, image.height)
            if image.format == "JPEG":
                if content.count(_SCAN) > _MOST_SCANS:
                    raise PictureError("This JPEG has too many layers: save it anew, then send it.")
                # Still reads all of the file, but large ones at a half or a quarter of their size.
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image)
            return _scaled(_in_srgb(upright))
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError("This is no picture: JPEG, PNG, WebP and HEIC files are read.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except MemoryError:
        raise PictureError("The picture is too large to be read.") from None
    except Exception:  # noqa: BLE001 – decoders raise whatever they like at a broken file
        raise PictureError("The picture is damaged or cut off: it cannot be read.") from None


def _check_size(width: int, height: int) -> None:
    if width * height > LARGEST_PIXELS:
        raise _too_many_pixels()
    scale = min(1, LONGEST_SIDE / max(width, height))
    if min(width, height) * scale < SHORTEST_SIDE:
        raise PictureError(
            f"The picture has {width} × {height} pixels: that is too small or too narrow to be of "
            f"use; {SHORTEST_SIDE} on the shorter side are the least."
        )


def _too_many_pixels() -> PictureError:
    return PictureError(
        f"The picture has too many pixels; at most {LARGEST_PIXELS // 1_000_000} million are read."
    )


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB, or RGBA where something shows through."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits of grey: the upper eight. `convert` would cut off at 255 instead.
        image = image.point(lambda value: value / 256, "L")
    see_through = image.has_transparency_data
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = "RGBA" if image.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=target
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be read: the colours are taken as they stand
        else:
            image = converted or image
    return image.convert("RGBA" if see_through else "RGB")


def _scaled(image: Image.Image) -> Image.Image:
    if max(image.size) <= LONGEST_SIDE:
        return image
    scale = LONGEST_SIDE / max(image.size)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    return image.resize(size, Image.Resampling.LANCZOS)
