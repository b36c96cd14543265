from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class GovportalConfig(AppConfig):
    name = "govportal"
    verbose_name = _("基础")

    def ready(self) -> None:
        from govportal import (
            calendar,
            contributions,
            dbsetup,
            deadlines,
            heartbeat,
            navigation,
            panels,
            paper_cache,
            reminder_reviews,
            sitemaps,
        )
        from govportal import celery as _celery_app  # noqa: F401  (jobs are sent by the current app)
        from govportal import checks as _registered  # noqa: F401
        from govportal.models import Attachment, PrivateFile, PublicRevision

        dbsetup.declare(dbsetup.append_only("govportal_auditevent"))
        dbsetup.declare(dbsetup.no_replacement("govportal_auditevent"))
        described = ("id", "file", "name", "suffix", "content_type", "size", "sha256")
        dbsetup.declare(dbsetup.frozen("govportal_attachment", described))
        dbsetup.declare(dbsetup.no_replacement("govportal_attachment"))
        dbsetup.declare(dbsetup.kept_while_named(Attachment))
        # The name may change: another data key writes it anew.
        described = ("id", "storage_name", "suffix", "content_type", "size", "fingerprint", "uploaded_at")
        dbsetup.declare(dbsetup.frozen("govportal_privatefile", described))
        dbsetup.declare(dbsetup.no_replacement("govportal_privatefile", unique=[("storage_name",)]))
        dbsetup.declare(dbsetup.kept_while_named(PrivateFile))
        for entry in navigation.ENTRIES:
            contributions.nav_entries.add(entry)
        for panel in panels.AGENCY_PANELS:
            contributions.agency_panels.add(panel)
        for job in heartbeat.JOBS:
            contributions.scheduled_jobs.add(job)
        for source in deadlines.SOURCES:
            contributions.deadline_sources.add(source)
        contributions.notice_reviews.append(reminder_reviews.review)
        contributions.page_parameters.update({"q", "kind", "letter"})
        contributions.sitemaps.update(agencies=sitemaps.AgencySitemap, pages=sitemaps.StandingSitemap)
        dbsetup.declare(dbsetup.Seed("public revision", PublicRevision.seed))
        dbsetup.declare(dbsetup.Seed("heartbeats", heartbeat.seed))
        dbsetup.declare(dbsetup.Seed("holidays", calendar.seed_holidays))
        paper_cache.release()
        pre_migrate.connect(dbsetup.on_pre_migrate, dispatch_uid="govportal.dbsetup")
        post_migrate.connect(dbsetup.on_post_migrate, dispatch_uid="govportal.dbsetup")
