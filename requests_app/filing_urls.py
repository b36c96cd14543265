"""Pages of whoever applies; requests_app/urls.py includes them. No address names a person or opens a case by itself."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers number)
from requests_app.views import answers, case, filing, lookup, sent, start

urlpatterns = [
    path("requests/", start.start, name="requests"),
    path("requests/new/", filing.step, name="request_new"),
    path("requests/new/check/", filing.check, name="request_check"),
    path("requests/new/<slug:key>/", filing.step, name="request_step"),
    path("requests/sent/<slug:number>/<slug:seal>/", sent.sent, name="request_sent"),
    path("requests/sent/<slug:number>/<slug:seal>/receipt.pdf", sent.receipt, name="request_receipt"),
    path("requests/lookup/", lookup.lookup, name="request_lookup"),
    path("requests/leave/", lookup.leave, name="request_leave"),
    path("requests/case/", case.case, name="request_case"),
    path("requests/case/correction/", answers.correction, name="request_correct"),
    path("requests/case/reasons/", answers.reasons, name="request_reasons"),
    path("requests/case/message/", answers.message, name="request_message"),
    path("requests/case/suggestion/", answers.suggestion, name="request_suggest"),
    path("requests/case/withdraw/", answers.withdrawal, name="request_withdraw"),
    path("requests/case/letters/<number:pk>/", case.letter, name="request_letter"),
    path("requests/case/files/<number:pk>/", case.file, name="request_file"),
]
