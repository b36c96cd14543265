"""Photos as they are kept: the picture, and nothing that the camera wrote beside it."""

import io

import pytest
from PIL import Image, PngImagePlugin
from PIL.ExifTags import IFD, Base

from govportal import images
from govportal.archives import RefusedFile


def taken(kind: str, size: tuple[int, int], *, mode: str = "RGB", turned: int = 1) -> io.BytesIO:
    """A photo with place, owner and comment in it, red above and blue below as the camera holds it."""
    picture = Image.new(mode, size, "#c00d17")
    picture.paste("#0f4c8c", (0, size[1] // 2, *size))
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Artist] = turned, "某某某"
    exif.get_ifd(IFD.GPSInfo)[1] = "N"
    made = io.BytesIO()
    picture.save(made, kind, exif=exif, **({"comment": "某某某的手机"} if kind == "JPEG" else {}))
    return made


def opened(made: bytes) -> Image.Image:
    return Image.open(io.BytesIO(made), formats=["JPEG"])


@pytest.mark.parametrize("kind", images.PHOTO_KINDS)
def test_photo_keeps_the_picture_alone(kind: str) -> None:
    source = taken(kind, (300, 200))
    assert source.getvalue().count("某某某".encode()) or kind != "JPEG"

    kept = images.photo(source, name="HDZ-2026-1.jpg")

    data = kept.read()
    picture = opened(data)
    assert (kept.name, picture.size, dict(picture.getexif())) == ("HDZ-2026-1.jpg", (300, 200), {})
    assert not {"comment", "exif", "xmp", "icc_profile"} & set(picture.info)
    assert "某某某".encode() not in data


def test_photo_stands_upright_and_is_no_larger_than_needed() -> None:
    picture = opened(images.photo(taken("JPEG", (4000, 3000), turned=6), name="a.jpg").read())

    assert picture.size == (1800, 2400)
    red, _green, blue = picture.getpixel((5, 1200))  # type: ignore[misc]
    assert blue > red  # what the camera had below is at the left


def test_photo_of_many_kinds_of_colour() -> None:
    for kind, mode in (("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "L"), ("JPEG", "CMYK")):
        made = io.BytesIO()
        Image.new(mode, (40, 30)).save(made, kind)
        assert opened(images.photo(made, name="a.jpg").read()).mode == "RGB", mode


def test_what_is_no_photo_is_refused_with_words() -> None:
    cut_off, gif = io.BytesIO(), io.BytesIO()
    Image.effect_noise((300, 200), 60).save(cut_off, "JPEG")
    cut_off.truncate(len(cut_off.getvalue()) // 2)
    Image.new("L", (9, 9)).save(gif, "GIF")
    for content in (b"", b"\xff\xd8\xff but no picture", cut_off.getvalue(), b"<svg/>", gif.getvalue()):
        with pytest.raises(RefusedFile, match="图片已损坏"):
            images.photo(io.BytesIO(content), name="a.jpg")


def test_photo_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PHOTO_PIXELS", 10_000_000)
    large = (4800, 4800)
    whole, part_by_part = io.BytesIO(), taken("JPEG", large)
    Image.new("RGB", large).save(whole, "JPEG", progressive=True)

    assert opened(images.photo(part_by_part, name="a.jpg").read()).size == (2400, 2400)
    for content in (whole, taken("PNG", large)):
        with pytest.raises(RefusedFile, match="像素太多"):
            images.photo(content, name="a.jpg")


def test_screenshot_keeps_every_point_and_nothing_beside_the_picture() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "某某某", zip=False)
    words.add_itxt("XML:com.adobe.xmp", "<x>某某某</x>")
    exif = Image.Exif()
    exif[Base.Artist] = "某某某"
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        made = io.BytesIO()
        source = Image.effect_noise((40, 30), 90).convert("1" if mode == "1" else "L").convert(mode)
        source.save(made, "PNG", pnginfo=words, exif=exif, dpi=(96, 96), transparency=3 if mode == "P" else None)
        made.write(b"<script>alert(1)</script>")

        kept = images.screenshot(made, name="网页.png")

        data = kept.read()
        picture = Image.open(io.BytesIO(data), formats=["PNG"])
        assert (kept.name, picture.mode, picture.tobytes()) == ("网页.png", mode, source.tobytes()), mode
        assert set(picture.info) <= {"transparency"} and picture.info.get("transparency") == (
            3 if mode == "P" else None
        )
        assert not [chunk for chunk in (b"tEXt", b"iTXt", b"eXIf", b"<script>") if chunk in data], mode


def test_screenshot_stands_as_it_was_shown() -> None:
    kept = images.screenshot(taken("PNG", (40, 30), turned=6), name="a.png").read()

    assert Image.open(io.BytesIO(kept)).size == (30, 40)


def test_what_is_no_screenshot_is_refused_with_words() -> None:
    cut_off = taken("PNG", (40, 30))
    cut_off.truncate(len(cut_off.getvalue()) // 2)
    for content in (b"", taken("JPEG", (9, 9)).getvalue(), cut_off.getvalue()):
        with pytest.raises(RefusedFile, match="图片已损坏"):
            images.screenshot(io.BytesIO(content), name="a.png")
