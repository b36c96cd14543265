"""Papers of single items and agencies; disclosure/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers uslug)
from disclosure.views import documents
from govportal import converters as kernel_converters  # noqa: F401  (registers agency_code)

urlpatterns = [
    path("items/<uslug:slug>/item.pdf", documents.item_pdf, name="item_pdf"),
    path("items/<uslug:slug>/checklist.pdf", documents.checklist_pdf, name="checklist_pdf"),
    path("agencies/<agency_code:code>/duties.pdf", documents.duties_pdf, name="duties_pdf"),
]
