"""Pages of the standard catalogue; disclosure/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers number)
from disclosure.views import catalogue, obligations

urlpatterns = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/catalogue.csv", catalogue.catalogue_csv, name="catalogue_csv"),
    path("catalogue/catalogue.xlsx", catalogue.catalogue_xlsx, name="catalogue_xlsx"),
    path("catalogue/<number:pk>/", catalogue.catalogue_entry, name="catalogue_entry"),
    path("catalogue/<number:pk>/obligations/", obligations.entry_obligations, name="entry_obligations"),
    path("catalogue/obligations/<number:pk>/", obligations.obligation, name="obligation"),
]
