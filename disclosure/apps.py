from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisclosureConfig(AppConfig):
    name = "disclosure"
    verbose_name = _("政务公开")

    def ready(self) -> None:
        from disclosure import catalogue_filters, database, datasets, filters, log_filters, navigation, panels, sitemaps
        from disclosure.services import adopt_template, index_number
        from govportal import contributions, dbsetup

        for declaration in database.declarations():
            dbsetup.declare(declaration)
        dbsetup.declare(adopt_template.seed())
        for entry in navigation.ENTRIES:
            contributions.nav_entries.add(entry)
        for panel in panels.AGENCY_PANELS:
            contributions.agency_panels.add(panel)
        for dataset in datasets.DATASETS:
            contributions.datasets.add(dataset)
        contributions.sitemaps["items"] = sitemaps.ItemSitemap
        for filterset in (filters.ItemFilterSet, log_filters.LogFilterSet, catalogue_filters.CatalogueEntryFilterSet):
            contributions.page_parameters.update(filterset.parameters())
        contributions.page_parameters.add("page_size")
        contributions.index_pattern_validators.append(index_number.validate_pattern)
