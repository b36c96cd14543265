"""Pages of the registers and of internal disclosure; disclosure/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers number and filename)
from disclosure.views import internal, registers

urlpatterns = [
    path("negative-list/", registers.negative_list, name="negative_list"),
    path("rectifications/", registers.rectifications, name="rectifications"),
    path("rectifications/<number:year>-<number:number>/", registers.rectification, name="rectification"),
    path("internal/", internal.internal_items, name="internal"),
    path("internal/receipts/", internal.receipts, name="receipts"),
    path("internal/receipts/receipts.csv", internal.receipts_csv, name="receipts_csv"),
    path("internal/receipts/<number:pk>/<filename:name>", internal.receipt_file, name="receipt_file"),
    path("internal/log/", internal.internal_log, name="internal_log"),
]
