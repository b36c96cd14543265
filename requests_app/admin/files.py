"""Files of a request that open without a reason, and the draft of the letter that waits for a signature."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from govportal import private_files
from govportal.models import User
from requests_app.admin.applicant_pages import find_visible, may_open_plainly
from requests_app.admin.decision_verbs import draft_pdf, waiting_decision
from requests_app.admin.verb_pages import pdf_response
from requests_app.models import Delivery
from requests_app.services import applicants, letter_delivery, letters


@require_safe
@never_cache
def file_page(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """Never a paper that says who applies: those open where the reason is given. Each look is in the audit trail."""
    row = find_visible(request, pk)
    held = row.files.select_related("file").filter(pk=file_pk).first()
    if held is None or not may_open_plainly(held):
        raise Http404(_("没有这份材料，或者要写明理由才能打开。"))
    assert isinstance(request.user, User)
    return private_files.serve(applicants.open_file(held.pk, actor=request.user).file, request)


@require_safe
@never_cache
def draft_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The letter of the decision that waits, marked as a draft."""
    row = find_visible(request, pk)
    decision = waiting_decision(row)
    if decision is None:
        raise Http404(_("没有待签发的决定。"))
    try:
        return pdf_response(draft_pdf(decision), f"{row.number}.pdf")
    except ValueError as error:  # the letter lacks a fact
        raise Http404(str(error)) from error


@require_safe
@never_cache
def letter_page(request: HttpRequest, pk: int, letter_pk: int) -> HttpResponseBase:
    """A letter as it was issued. It names the applicant, so each look is in the audit trail."""
    row = find_visible(request, pk)
    letter = row.letters.filter(pk=letter_pk).first()
    if letter is None:
        raise Http404(_("没有这份文书。"))
    if row.purged_at:
        raise Http404(_("个人信息已按保存期限清除，文书不再提供。"))
    assert isinstance(request.user, User)
    return private_files.serve(letters.open_by_staff(letter.pk, actor=request.user), request)


@require_safe
@never_cache
def proof_page(request: HttpRequest, pk: int, delivery_pk: int) -> HttpResponseBase:
    """The scan that proves the arrival of a letter."""
    row = find_visible(request, pk)
    delivery = Delivery.objects.filter(pk=delivery_pk, letter__request=row).first()
    assert isinstance(request.user, User)
    proof = letter_delivery.open_proof(delivery.pk, actor=request.user) if delivery else None
    if proof is None:
        raise Http404(_("没有这份送达凭证。"))
    return private_files.serve(proof, request)
