"""Pictures as arrays: how the engines decode, scale and encode them.

Arrays are BGR, rows first, as OpenCV has them: bytes, or floats from 0 to 255 where it is said.
"""

from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryon.engines import Code, RefusalError

# OpenCV's functions are typed for any number; what an array holds is said where it is made.
Array = NDArray[Any]

# Beyond this many pixels a picture is refused unread; uploads are smaller long before.
MAXIMUM_PIXELS = 40_000_000


def decode(data: bytes, what: str) -> Array:
    """Decode an encoded picture to BGR or, with transparency, BGRA bytes; `what` names it.

    Raises RefusalError when it is no picture.
    """
    buffer = np.frombuffer(data, np.uint8)
    try:
        picture = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED) if len(buffer) else None
    except cv2.error:
        picture = None
    if picture is None or picture.shape[0] * picture.shape[1] > MAXIMUM_PIXELS:
        raise RefusalError(Code.PICTURE_UNREADABLE, f"The picture of {what} cannot be read.")
    if picture.dtype == np.uint16:
        picture = (picture // 257).astype(np.uint8)
    if picture.dtype != np.uint8:
        raise RefusalError(Code.PICTURE_UNREADABLE, f"The picture of {what} cannot be read.")
    if picture.ndim == 2 or picture.shape[2] == 1:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    return picture


def opaque(picture: Array) -> Array:
    """Put what is transparent on white."""
    if picture.shape[2] == 3:
        return picture
    cover = picture[..., 3:].astype(np.float32) / 255
    mixed: Array = picture[..., :3] * cover + 255 * (1 - cover)
    return (mixed + 0.5).astype(np.uint8)


def within(picture: Array, side: int) -> Array:
    """Scale down until neither side is longer than `side` pixels; never up."""
    longest = max(picture.shape[:2])
    if longest <= side:
        return picture
    size = tuple(max(1, round(n * side / longest)) for n in (picture.shape[1], picture.shape[0]))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def encode(picture: Array) -> bytes:
    """Encode as lossless WebP: what an engine did not touch stays as it was, to the bit."""
    out = BytesIO()
    colours = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    # Half as much effort as is usual: as small to a thousandth, in two thirds of the time.
    colours.save(out, "WEBP", lossless=True, method=1, quality=50)
    return out.getvalue()
