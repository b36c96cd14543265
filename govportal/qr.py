"""QR codes: whoever stands before a paper opens the page with his phone."""

import io
from functools import lru_cache

import segno
from PIL import Image, ImageOps


def svg(text: str, *, border: int = 2) -> bytes:
    """A picture of its own, to be handed to pdf.render. `border`: the white rim, in modules."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=border, xmldecl=False, svgns=True)
    return picture.getvalue()


def inline(text: str, title: str, *, border: int = 2) -> str:
    """The same to stand inside a page, without style; `title` is what is read aloud in its place."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        svgclass="qr", lineclass=None, omitsize=True, border=border, title=title
    )
    return str(drawn.replace("<svg ", '<svg role="img" ', 1))


@lru_cache(maxsize=1024)
def png(text: str, *, border: int = 2, scale: int = 4) -> bytes:
    """A picture of `scale` dots a module, for pdf.render: many on a page are set far faster than drawings are.

    In grey, of eight bits: what has a bit a dot is turned into colours by WeasyPrint, thrice the size.
    """
    rows = [bytes(0 if dark else 255 for dark in row) for row in segno.make(text, error="m", micro=False).matrix]
    side, picture = len(rows), io.BytesIO()
    drawn = ImageOps.expand(Image.frombytes("L", (side, side), b"".join(rows)), border, fill=255)
    drawn.resize((drawn.width * scale, drawn.height * scale), Image.Resampling.NEAREST).save(picture, "PNG")
    return picture.getvalue()
