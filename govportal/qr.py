"""QR codes, drawn as SVG: whoever stands before a paper opens the page with his phone."""

import io

import segno


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
