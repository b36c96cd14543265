"""The composition root: apps are named by string, nobody imports this module."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import Http404
from django.urls import include, path, re_path

from govportal.views.errors import not_found

urlpatterns = [
    # Django's "view on site" tells any staff the address of any row, drafts and internal items among them.
    re_path(r"^admin/r/", not_found, {"exception": Http404()}),
    path("admin/", admin.site.urls),
    path("", include("govportal.machine_urls")),
    path("", include("disclosure.machine_urls")),
    path("", include("evaluation.machine_urls")),
    *i18n_patterns(
        path("", include("govportal.public_urls")),
        path("", include("disclosure.urls")),
        path("", include("requests_app.urls")),
        path("", include("evaluation.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "govportal.views.errors.bad_request"
handler403 = "govportal.views.errors.forbidden"
handler404 = "govportal.views.errors.not_found"
handler500 = "govportal.views.errors.server_error"
