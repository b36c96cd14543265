from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisclosureConfig(AppConfig):
    name = "disclosure"
    verbose_name = _("政务公开")

    def ready(self) -> None:
        from disclosure import (
            audit_words,
            database,
            datasets,
            deadlines,
            navigation,
            notice_kinds,
            panels,
            queues,
            sitemaps,
            tasks,
        )
        from disclosure.search.pages import SearchPage, search_pages
        from disclosure.services import adopt_template, index_number
        from govportal import contributions, dbsetup

        for declaration in database.declarations():
            dbsetup.declare(declaration)
        dbsetup.declare(adopt_template.seed())
        for entry in navigation.ENTRIES:
            contributions.nav_entries.add(entry)
        for panel in panels.AGENCY_PANELS:
            contributions.agency_panels.add(panel)
        for panel in panels.ITEM_PANELS:
            contributions.item_panels.add(panel)
        for panel in panels.HOME_PANELS:
            contributions.home_panels.add(panel)
        queues.contribute()
        contributions.audit_words.update(audit_words.AUDIT_WORDS)
        contributions.notice_kinds.update(notice_kinds.NOTICE_KINDS)
        for job in tasks.JOBS:
            contributions.scheduled_jobs.add(job)
        for source in deadlines.SOURCES:
            contributions.deadline_sources.add(source)
        for dataset in datasets.DATASETS:
            contributions.datasets.add(dataset)
        contributions.sitemaps["items"] = sitemaps.ItemSitemap
        contributions.sitemaps["boards"] = sitemaps.BoardSitemap
        contributions.sitemaps["projects"] = sitemaps.ProjectSitemap
        contributions.sitemaps["collections"] = sitemaps.CollectionSitemap
        search_pages["boards"] = SearchPage(_("公开栏"), "boards", ("公开栏", "公示栏", "公告栏", "宣传栏"))
        contributions.page_parameters.update(self._page_parameters())
        contributions.page_parameters.add("page_size")
        contributions.index_pattern_validators.append(index_number.validate_pattern)

    def _page_parameters(self) -> set[str]:
        """Query parameters that its public pages read."""
        from disclosure import catalogue_filters, coverage, filters, list_filters, log_filters, register_filters

        filtersets: tuple[type[filters.ParameterFilterSet], ...] = (
            filters.ItemFilterSet,
            log_filters.LogFilterSet,
            catalogue_filters.CatalogueEntryFilterSet,
            register_filters.RectificationFilterSet,
            register_filters.ReceiptFilterSet,
            coverage.CaseFilterSet,
            coverage.ObligationFilterSet,
            *list_filters.TABLE_FILTERS.values(),
        )
        return {name for filterset in filtersets for name in filterset.parameters()}
