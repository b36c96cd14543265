"""Papers of single items and agencies; disclosure/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers uslug)
from disclosure.views import documents
from govportal import converters as kernel_converters  # noqa: F401  (registers agency_code)
from govportal.views.papers import paper_door

urlpatterns = [
    path("items/<uslug:slug>/item.pdf", paper_door(documents.item_pdf), name="item_pdf"),
    path("items/<uslug:slug>/checklist.pdf", paper_door(documents.checklist_pdf), name="checklist_pdf"),
    path("agencies/<agency_code:code>/duties.pdf", paper_door(documents.duties_pdf), name="duties_pdf"),
]
