"""Pages of annual reports; requests_app/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers number)
from govportal.views.papers import paper_door
from requests_app.views import reports

urlpatterns = [
    path("reports/", reports.report_list, name="reports"),
    path("reports/<agency_code:code>/<number:year>/", reports.report_page, name="report"),
    path("reports/<agency_code:code>/<number:year>.pdf", paper_door(reports.report_pdf_file), name="report_pdf"),
    path("reports/<agency_code:code>/<number:year>.csv", reports.report_csv, name="report_csv"),
    path("reports/<agency_code:code>/<number:year>.json", reports.report_json, name="report_json"),
]
