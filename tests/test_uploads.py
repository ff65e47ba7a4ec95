"""What is uploaded: read in full, upright, without its metadata; or refused with one sentence."""

import random
import time
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image, ImageCms

from database import connections
from database.tenancy import Scope
from settings import settings
from tests.broken_pictures import broken, encoded, good, refused
from tests.rows import insert
from tryon import pictures, storage
from tryon.pictures import PictureError

GOOD = good()
REFUSED = refused()
# Seconds. What is refused is refused at once; the longest is reading 50 megapixels.
LONGEST = 5.0


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(picture: pictures.Picture) -> Image.Image:
    image = Image.open(BytesIO(picture.data))
    assert image.format == "WEBP"
    assert (picture.width, picture.height) == image.size
    return image


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_pictures_are_written_anew_as_webp(kind: str) -> None:
    content = GOOD[kind]
    image = opened(pictures.read(content))
    with Image.open(BytesIO(content)) as before:
        expected = np.asarray(before.convert("RGB")).astype(float)
    assert np.abs(np.asarray(image.convert("RGB")) - expected).mean() < 6
    assert pictures.read(content) == pictures.read(content)


def test_metadata_goes() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secretphone"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # where it was taken
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGB", (100, 80), "teal")
    for kind in ("JPEG", "PNG", "WEBP", "HEIF"):
        options = {"xmp": b"<x:xmpmeta>Secretphone</x:xmpmeta>"} if kind != "PNG" else {}
        content = saved(image, kind, exif=exif.tobytes(), icc_profile=profile, **options)
        assert b"Secretphone" in content
        made = pictures.read(content)
        assert b"Secretphone" not in made.data
        for part in (b"EXIF", b"XMP ", b"ICCP", b"Exif"):
            assert part not in made.data
        assert not opened(made).getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation: int) -> None:
    # White above, red on the left below: whatever the camera's turn, that is what it looked like.
    look = Image.new("RGB", (120, 80), "white")
    look.paste("black", (0, 40, 120, 80))
    look.paste("red", (0, 40, 60, 80))
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    taken = look if turn is None else look.transpose(turn)
    image = opened(pictures.read(saved(taken, "JPEG", exif=exif.tobytes(), quality=95)))
    assert image.size == (120, 80)
    assert np.abs(np.asarray(image.convert("RGB")).astype(float) - np.asarray(look)).mean() < 8


def test_every_kind_of_pixel_is_read() -> None:
    ramp = Image.linear_gradient("L").resize((128, 128))
    deep = Image.fromarray(np.asarray(ramp).astype(np.uint16) * 257)
    found = opened(pictures.read(saved(deep, "PNG"))).convert("L")
    assert np.abs(np.asarray(found).astype(float) - np.asarray(ramp)).mean() < 3
    color = encoded("PNG")
    with Image.open(BytesIO(color)) as base:
        for mode in ("1", "L", "P", "LA"):
            opened(pictures.read(saved(base.convert("L").convert(mode), "PNG")))
        cmyk = opened(pictures.read(saved(base.convert("CMYK"), "JPEG", quality=95)))
        difference = np.asarray(cmyk.convert("RGB")).astype(float) - np.asarray(base)
        assert np.abs(difference).mean() < 8


def test_what_shows_through_stays_so() -> None:
    cut_out = Image.new("RGBA", (100, 100), (200, 30, 30, 255))
    cut_out.paste((0, 0, 0, 0), (0, 0, 50, 100))
    made = opened(pictures.read(saved(cut_out, "PNG")))
    assert made.mode == "RGBA"
    alpha = np.asarray(made.getchannel("A"))
    assert alpha[:, :45].max() == 0
    assert alpha[:, 55:].min() == 255


def test_other_colour_spaces_become_srgb() -> None:
    image = Image.new("RGB", (100, 100), (120, 90, 40))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = opened(pictures.read(saved(image, "PNG", icc_profile=profile)))
    assert np.abs(np.asarray(same).astype(float) - np.asarray(image)).max() <= 4
    # The same numbers in a space whose green is another one are another colour.
    wide = bytearray(profile)
    red, green = wide.index(b"rXYZ"), wide.index(b"gXYZ")
    wide[red : red + 4], wide[green : green + 4] = b"gXYZ", b"rXYZ"
    swapped = opened(pictures.read(saved(image, "PNG", icc_profile=bytes(wide))))
    assert np.abs(np.asarray(swapped)[50, 50, :2] - np.array([90.0, 120.0])).max() <= 6
    damaged = opened(pictures.read(saved(image, "PNG", icc_profile=b"no profile" * 20)))
    assert np.abs(np.asarray(damaged).astype(float) - np.asarray(image)).max() <= 4


def test_large_pictures_are_scaled_down() -> None:
    for kind in ("JPEG", "PNG"):
        made = pictures.read(saved(Image.new("RGB", (6000, 3000), "teal"), kind))
        assert (made.width, made.height) == (2048, 1024)


def test_small_ones_keep_their_shape_and_what_shows_through() -> None:
    whole = Image.new("RGBA", (1024, 768), (200, 40, 90, 255))
    whole.paste((0, 0, 0, 0), (0, 0, 512, 768))
    made = Image.open(BytesIO(pictures.small(pictures.read(saved(whole, "PNG")).data)))
    assert (made.format, made.size) == ("WEBP", (400, 300))
    opacity = np.asarray(made)[150, :, 3]
    assert (opacity[50], opacity[350]) == (0, 255)
    # What is small already is not blown up.
    tiny = pictures.read(saved(Image.new("RGB", (90, 120)), "PNG"))
    assert Image.open(BytesIO(pictures.small(tiny.data))).size == (90, 120)


def test_an_engine_s_plain_webp_is_kept_as_it_is_and_nothing_else() -> None:
    plain = saved(Image.open(BytesIO(GOOD["png"])), "WEBP", lossless=True)
    assert pictures.checked(plain).data == plain
    exif = Image.Exif()
    exif[0x010F] = "Secretphone"
    image = Image.open(BytesIO(plain))
    for told in (
        saved(image, "WEBP", lossless=True, exif=exif.tobytes()),
        plain + b"something behind it",
        saved(image, "WEBP", save_all=True, append_images=[Image.new("RGB", image.size)]),
        GOOD["png"],
    ):
        made = pictures.checked(told)
        assert made == pictures.read(told)
        assert b"Secretphone" not in made.data
        assert b"behind" not in made.data
    large = saved(Image.new("RGB", (3000, 3000)), "WEBP")
    assert pictures.checked(large).width == pictures.LONGEST_SIDE
    with pytest.raises(PictureError):
        pictures.checked(plain[:-40])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_picture_is_one_sentence_and_at_once(name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(PictureError) as caught:
        pictures.read(REFUSED[name])
    assert time.perf_counter() - started < LONGEST
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 160


def test_the_sentences_say_which_limit() -> None:
    for name, words in {
        "nothing": "The file is empty.",
        "text": "This is no picture",
        "gif": "JPEG, PNG, WebP and HEIC files are read",
        "png bomb": "too many pixels; at most 50 million",
        "too many pixels": "too many pixels",
        "too small": "20 × 20 pixels",
        "jpeg, half": "damaged or cut off",
        "jpeg of many scans": "too many layers",
    }.items():
        with pytest.raises(PictureError, match=words):
            pictures.read(REFUSED[name])
    with pytest.raises(PictureError, match="The file has 21 MB; at most 20 are read"):
        pictures.read(GOOD["jpeg"] + b"\0" * 21_000_000)


def tried(content: bytes) -> bool:
    """Read it; whether it is a picture or not, nothing else may come of it. True: it was one."""
    started = time.perf_counter()
    try:
        opened(pictures.read(content)).load()
    except PictureError:
        return False
    finally:
        assert time.perf_counter() - started < LONGEST
    return True


@examples(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 2**32))
def test_broken_files_are_read_or_refused(kind: str, seed: int) -> None:
    tried(broken(GOOD[kind], random.Random(seed)))


@examples(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x99\0\0\0WEBPVP8 "]),
    st.binary(max_size=2000),
)
def test_noise_is_refused(beginning: bytes, noise: bytes) -> None:
    assert not tried(beginning + noise)


@pytest.mark.usefixtures("database")
def test_what_is_refused_leaves_nothing_behind() -> None:
    with connections.owner() as connection:
        user = insert(connection, "users")
    folder = settings().home / "files"
    before = set(folder.rglob("*"))
    for content in REFUSED.values():
        with pytest.raises(PictureError):
            storage.upload(
                Scope(user=str(user)), storage.Owner(user), "selfie", content, datetime.now(UTC)
            )
    assert set(folder.rglob("*")) == before
    with connections.owner() as connection:
        for table in ("stored_objects", "object_deletions"):
            assert connection.exec_driver_sql(f"select count(*) from {table}").scalar() == 0
