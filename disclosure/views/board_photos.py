"""Photos of boards and of posted sheets: whole as proof, and small for pages."""

import hashlib
import io

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from PIL import Image, ImageOps

from disclosure.board_wall import open_boards
from disclosure.enums import SheetState
from disclosure.models import BoardSheet
from govportal import files
from govportal.models import Attachment

_PROOF = (SheetState.POSTED, SheetState.REMOVED)
_PICTURES = ("image/jpeg", "image/png")
_SIDE = 960  # pixels of the longer side: sharp on a phone, at most some 100 KB


def _public_photos() -> QuerySet[Attachment]:
    """Pictures of boards that have a page, and of sheets that hung. The row names them or nobody sees them."""
    boards = open_boards().filter(photo=OuterRef("pk"))
    sheets = BoardSheet.objects.filter(photo=OuterRef("pk"), state__in=_PROOF)
    return Attachment.objects.filter(Exists(boards) | Exists(sheets), content_type__in=_PICTURES)


def _find(pk: int) -> Attachment:
    photo = _public_photos().filter(pk=pk).first()
    if photo is None:
        raise Http404(_("没有这张照片。"))
    return photo


@require_safe
def board_photo(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The file as it is kept. `name` only makes the address readable."""
    return files.serve(_find(pk), request)


@require_safe
def board_photo_small(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same for pages, small enough for a phone on the road."""
    photo = _find(pk)
    etag = f'"{hashlib.sha256(f"{photo.sha256} {_SIDE}".encode()).hexdigest()[:32]}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(_reduced(photo), content_type="image/jpeg")
        files.let_nothing_run(response, "image/jpeg")
    response.headers["ETag"] = etag
    return response


def _reduced(photo: Attachment) -> bytes:
    """Raises Http404 for a picture whose bytes are lost or no picture."""
    try:
        with photo.file.open("rb") as content, Image.open(content, formats=["JPEG", "PNG"]) as image:
            image.draft("RGB", (_SIDE, _SIDE))
            image.thumbnail((_SIDE, _SIDE))
            upright = ImageOps.exif_transpose(image)
            made = io.BytesIO()
            upright.convert("RGB").save(made, "JPEG", quality=80, optimize=True)
    except (OSError, Image.DecompressionBombError):
        raise Http404(_("没有这张照片。")) from None
    return made.getvalue()
