"""Pictures: opened as what they begin as, and of a size that somebody can look at.

Four bytes make a signature. What follows may be anything, or a few bytes that unpack to more than a machine holds.
"""

from collections.abc import Callable
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from govportal.archives import RefusedFile

MAX_PIXELS = 89_000_000  # A3 scanned at 600 dpi has 70 million; from 89.5 million Pillow takes a picture for a bomb
MAX_SIDE = 65_500  # of a JPEG
PHOTO_KINDS = ("JPEG", "PNG", "WEBP")  # as Pillow calls them
PHOTO_PIXELS = 40_000_000  # unpacked at once; a JPEG of the largest telephones is unpacked smaller
PHOTO_SIDE = 2400  # enough to read a sheet of A3 on its photo
PORTRAIT = (600, 840)  # of 35 × 49 mm on a desk plate 400 dots an inch
PORTRAIT_NAME = "证件照.jpg"


def refuse_broken_image(content: IO[bytes], kind: str) -> None:
    """`kind`: as Pillow calls it. Its frame and checksums are read, no pixel is unpacked. Raises RefusedFile."""
    content.seek(0)
    try:
        image = Image.open(content, formats=[kind])
        width, height = image.size
        if max(width, height) <= MAX_SIDE and width * height <= MAX_PIXELS:
            image.verify()
            return
    except Image.DecompressionBombError:
        pass
    except Exception as error:  # a decoder that is fed with anything may fail in any way
        raise RefusedFile(_("图片已损坏，或者不是图片，请重新拍照或者扫描后再上传。")) from error
    raise RefusedFile(_("图片的像素太多，请缩小后再上传。"))


def photo(content: IO[bytes], *, name: str) -> "ContentFile[bytes]":
    """The picture alone, as a JPEG called `name`: turned upright, at most PHOTO_SIDE a side, and nothing of what the
    camera wrote beside it: place, time, owner, a small copy of what was cut off. Raises RefusedFile.
    """
    return ContentFile(_made_anew(content, PHOTO_KINDS, lambda image: _as_jpeg(_upright(image))), name=name)


def screenshot(content: IO[bytes], *, name: str) -> "ContentFile[bytes]":
    """The picture alone, as a PNG called `name` that is as sharp as it was: without the texts and places written beside
    it, further pictures, and what follows its end. Raises RefusedFile.
    """
    return ContentFile(_made_anew(content, ("PNG",), _as_png), name=name)


def _made_anew(content: IO[bytes], kinds: tuple[str, ...], make: Callable[[Image.Image], bytes]) -> bytes:
    content.seek(0)
    try:
        image = Image.open(_Whole(content.read()), formats=kinds)
        if not image.info.get("progressive"):  # one that is holds all of itself until the last line is read
            image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))  # a JPEG is unpacked no larger than needed
        if image.width * image.height <= PHOTO_PIXELS:
            return make(image)
    except Image.DecompressionBombError:
        pass
    except Exception as error:  # a decoder that is fed with anything may fail in any way
        raise RefusedFile(_("图片已损坏，或者不是图片，请重新拍照或者扫描后再上传。")) from error
    raise RefusedFile(_("图片的像素太多，请缩小后再上传。"))


class _Whole(BytesIO):
    """Says when more is read than there is: the maker of our PDFs tells Pillow to be content with half a picture."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size and not (found := super().read(size)):
            raise EOFError("the picture was cut off")
        return found if size else b""


def _upright(image: Image.Image) -> Image.Image:
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    turned = ImageOps.exif_transpose(image)
    return turned.convert("RGBA") if turned.has_transparency_data else turned.convert("RGB")


def _as_jpeg(image: Image.Image) -> bytes:
    """On a new canvas: what a picture carries along is saved with it."""
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    made = BytesIO()
    canvas.save(made, "JPEG", quality=85, optimize=True)
    return made.getvalue()


def _as_png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    shown = upright.info.get("transparency")  # which colour is seen through: of the picture, not beside it
    upright.info = {} if shown is None else {"transparency": shown}
    made = BytesIO()
    upright.save(made, "PNG")
    return made.getvalue()


def portrait(content: IO[bytes]) -> "ContentFile[bytes]":
    """A photo of a face for a badge: as `photo`, and no larger than it is printed. Raises RefusedFile."""
    image = Image.open(photo(content, name=PORTRAIT_NAME))
    image.thumbnail(PORTRAIT)
    return ContentFile(_as_jpeg(image), name=PORTRAIT_NAME)
