"""Pages of complaints; requests_app/urls.py includes them. No address holds a number, a code or a person."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers number)
from requests_app.views import complaint_answers, complaint_case, complaint_filing, complaint_sent, complaint_start

urlpatterns = [
    path("complaints/", complaint_start.start, name="complaints"),
    path("complaints/statistics/", complaint_start.statistics, name="complaint_statistics"),
    path("complaints/new/", complaint_filing.step, name="complaint_new"),
    path("complaints/new/contact/", complaint_filing.step, {"key": "contact"}, name="complaint_contact"),
    path("complaints/check/", complaint_filing.check, name="complaint_check"),
    path("complaints/sent/", complaint_sent.sent, name="complaint_sent"),
    path("complaints/sent/receipt.pdf", complaint_sent.receipt, name="complaint_receipt"),
    path("complaints/lookup/", complaint_case.look_up, name="complaint_lookup"),
    path("complaints/leave/", complaint_case.leave, name="complaint_leave"),
    path("complaints/case/", complaint_case.case, name="complaint_case"),
    path("complaints/case/supplement/", complaint_answers.supplement, name="complaint_supplement"),
    path("complaints/case/withdraw/", complaint_answers.withdraw, name="complaint_withdraw"),
    path("complaints/case/request/", complaint_case.begin_request, name="complaint_to_request"),
    path("complaints/case/files/<number:pk>/", complaint_case.file, name="complaint_file"),
]
