"""Tables on paper, and what the print queue has made; disclosure/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers filename)
from disclosure.views import print_jobs
from govportal.views.papers import paper_door

urlpatterns = [
    path("powers/powers.pdf", paper_door(print_jobs.table), {"key": "power"}, name="powers_pdf"),
    path("services/services.pdf", paper_door(print_jobs.table), {"key": "service_guide"}, name="services_pdf"),
    path("normative/normative.pdf", paper_door(print_jobs.table), {"key": "normative"}, name="normative_pdf"),
    path("projects/projects.pdf", paper_door(print_jobs.table), {"key": "project"}, name="projects_pdf"),
    path("enforcement/enforcement.pdf", paper_door(print_jobs.table), {"key": "enforcement"}, name="enforcement_pdf"),
    path("leaders/leaders.pdf", paper_door(print_jobs.table), {"key": "leaders"}, name="leaders_pdf"),
    path("gazettes/gazettes.pdf", paper_door(print_jobs.table), {"key": "gazette"}, name="gazettes_pdf"),
    path("items/items.pdf", paper_door(print_jobs.table), {"key": "items"}, name="items_pdf"),
    path("catalogue/catalogue.pdf", paper_door(print_jobs.table), {"key": "catalogue"}, name="catalogue_pdf"),
    path("print/<slug:key>/", print_jobs.job_page, name="print_job"),
    path("print/<slug:key>/<filename:name>", print_jobs.job_file, name="print_file"),
]
