"""Pages of disclosure."""

from django.urls import path

from disclosure import (
    board_urls,
    catalogue_urls,
    converters,  # noqa: F401  (registers uslug and number)
    coverage_urls,
    document_urls,
    print_urls,
    register_urls,
)
from disclosure.views import enforcement, history, item, items, log, open_data, projects, tables, type_lists
from disclosure.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("tree/", items.item_tree, name="items_tree"),
    path("items/", items.item_list, name="items"),
    path("items/<uslug:slug>/", item.item_page, name="item"),
    path("items/<uslug:slug>/history/", history.history, name="item_history"),
    path("items/<uslug:slug>/history/<number:number>/", history.edition_page, name="item_diff"),
    path("search/", items.search_results, name="search"),
    *catalogue_urls.urlpatterns,
    *register_urls.urlpatterns,
    *board_urls.urlpatterns,
    *document_urls.urlpatterns,
    *print_urls.urlpatterns,
    *coverage_urls.urlpatterns,
    path("log/", log.log, name="log"),
    path("log/<number:sequence>/", log.log_entry, name="log_entry"),
    path("powers/", tables.powers, name="powers"),
    path("services/", tables.services, name="services"),
    path("leaders/", tables.leader_list, name="leaders"),
    path("gazettes/", tables.gazettes, name="gazettes"),
    path("normative/", type_lists.normative, name="normative"),
    path("projects/", projects.project_list, name="projects"),
    path("projects/<uslug:slug>/", projects.project_page, name="project"),
    path("enforcement/", enforcement.enforcement, name="enforcement"),
    path("data/", tables.data_tables, name="data_tables"),
    path("open-data/", open_data.open_data, name="open_data"),
]
