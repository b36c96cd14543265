"""Pictures: opened as what they begin as, and of a size that somebody can look at.

Four bytes make a signature. What follows may be anything, or a few bytes that unpack to more than a machine holds.
"""

from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

from govportal.archives import RefusedFile

MAX_PIXELS = 89_000_000  # A3 scanned at 600 dpi has 70 million; from 89.5 million Pillow takes a picture for a bomb
MAX_SIDE = 65_500  # of a JPEG


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
