"""Addresses of disclosure for machines, in no language."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from disclosure import api, converters, coverage_api, feeds  # noqa: F401  (converters registers uslug, number, filename)
from disclosure.views import attachments, board_photos, boards, coverage, history, log, open_data, registers, tables

urlpatterns = [
    path("feeds/items.atom", feeds.item_feed, name="feed_items"),
    path("items.csv", open_data.items_csv, name="items_csv"),
    path("data/<slug:key>.csv", tables.data_csv, name="data_csv"),
    path("rectifications.csv", registers.rectifications_csv, name="rectifications_csv"),
    path("negative-list.csv", registers.negative_list_csv, name="negative_list_csv"),
    path("coverage.csv", coverage.coverage_csv, name="coverage_csv"),
    path("log.jsonl", log.log_export, name="log_export"),
    path("log/<number:sequence>.json", log.log_payload, name="log_payload"),
    path("items/<uslug:slug>/history/<number:number>.json", history.edition_content, name="edition_content"),
    path("boards.csv", boards.boards_csv, name="boards_csv"),
    path("boards/photos/<number:pk>.jpg", board_photos.board_photo_small, name="board_photo_small"),
    path("boards/photos/<number:pk>/<filename:name>", board_photos.board_photo, name="board_photo"),
    path("attachments/<number:pk>/<filename:name>", attachments.attachment, name="attachment"),
    path("open-data/catalog.jsonld", open_data.dcat_catalogue, name="dcat_catalogue"),
    path("api/v1/", open_data.api_index, name="api_index"),
    path("api/v1/schema/", SpectacularAPIView.as_view(authentication_classes=[]), name="api_schema"),
    path("api/v1/items/", api.ItemListView.as_view(), name="api_items"),
    path("api/v1/items/<uslug:slug>/", api.ItemDetailView.as_view(), name="api_item"),
    path("api/v1/agencies/", api.AgencyListView.as_view(), name="api_agencies"),
    path("api/v1/catalogue/", api.CatalogueListView.as_view(), name="api_catalogue"),
    path("api/v1/rectifications/", api.RectificationListView.as_view(), name="api_rectifications"),
    path("api/v1/obligations/", coverage_api.ObligationListView.as_view(), name="api_obligations"),
    path("api/v1/coverage/", coverage_api.CoverageView.as_view(), name="api_coverage"),
    path("api/v1/log/", api.LogListView.as_view(), name="api_log"),
]
