"""Pages of the notice boards and their sheets; disclosure/urls.py includes them."""

from django.urls import path

from disclosure import converters  # noqa: F401  (registers number)
from disclosure.views import boards
from govportal.views.papers import paper_door

urlpatterns = [
    path("boards/", boards.board_list, name="boards"),
    path("boards/<number:pk>/", boards.board_page, name="board"),
    path("boards/<number:pk>/sheet.pdf", paper_door(boards.board_pdf), name="board_pdf"),
    path("boards/<number:pk>/sheets/<slug:serial>/", boards.sheet_page, name="board_sheet"),
    path("boards/<number:pk>/sheets/<slug:serial>/sheet.pdf", paper_door(boards.sheet_pdf), name="board_sheet_pdf"),
    path("boards/<number:pk>/sheets/<slug:serial>/sheet.json", boards.sheet_json, name="board_sheet_json"),
]
