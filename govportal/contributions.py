"""Where upper apps register what kernel pages and jobs need from them, at typed points only.

Registered in `AppConfig.ready()`; the kernel never imports an app.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property


@dataclass(frozen=True, slots=True)
class Panel:
    """A block of a page. `context` answers what `template` shows; None hides the block."""

    key: str
    template: str
    context: Callable[..., Mapping[str, Any] | None]
    position: int = 100


class Visit:
    """One look at the staff landing page: who looks and when. What several queues need is read once."""

    def __init__(self, user: Any, at: datetime, load_calendar: Callable[[], Any]) -> None:
        self.user = user
        self.at = at
        self._load_calendar = load_calendar
        self._read: dict[Callable[[Visit], Any], Any] = {}

    @cached_property
    def calendar(self) -> Any:
        """The working-day calendar (workdays.Calendar)."""
        return self._load_calendar()

    def once[T](self, read: Callable[["Visit"], T]) -> T:
        """What `read` answers, which is asked once however many queues need it."""
        if read not in self._read:
            self._read[read] = read(self)
        found: T = self._read[read]
        return found


@dataclass(frozen=True, slots=True)
class Figure:
    """How much waits in a queue, a few words about it, whether some of it is late, and whether it is work."""

    count: int
    note: str = ""
    is_late: bool = False
    is_work: bool = True  # False: this person reads it and can do nothing about it


@dataclass(frozen=True, slots=True)
class StaffQueue:
    """One queue of the staff landing page: how many wait for this user, and where they are.

    `figure` answers None to whoever has nothing to do with the queue. `is_work`: waits to be done by this very
    person; other queues only inform.
    """

    key: str
    label: Promise | str
    figure: Callable[[Visit], Figure | None]
    url: Callable[[], str]
    is_work: bool = True
    position: int = 100


@dataclass(frozen=True, slots=True)
class Dataset:
    """One open data set: listed on /open-data/ and in the DCAT catalogue."""

    key: str
    title: Promise | str
    description: Promise | str
    formats: Mapping[str, Callable[[], str]]  # format name -> address
    count: Callable[[], int]
    # The counts of several sets by key, in one statement: the page that lists all of them asks this instead.
    counted_with: Callable[[], Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job that the clock starts. It has stopped when it last ran longer ago than `within`."""

    key: str  # the name of its task
    label: Promise | str
    within: timedelta
    position: int = 100


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which somebody must have acted.

    `key` names it for good ("request:17"); with another day it is another deadline than before. `label` is read in
    mails: numbers and days, never a matter nor a person. Those who must act are `handlers` (ids of users), or, where it
    names none, whoever holds `permission` at the agency, without those of `but`, who are not to judge what they did
    themselves.
    """

    key: str
    due_on: date
    agency_id: int
    label: str
    path: str
    permission: str
    handlers: tuple[int, ...] = ()
    but: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Which deadlines are asked for: due on `until` or before, of these agencies alone (None: of all)."""

    until: date
    agencies: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class DeadlineSource:
    """A kind of deadline. `open` answers those not yet met; `still_open` which of these keys are not, with their days.

    `is_confidential`: whoever heads the agency is told nothing, its messenger neither: it stays with those who act.
    `permissions`: by which of them somebody acts on it; beside heads of agencies, nobody else finds any of his own.
    `concerns`: whether the deadline of this key may still be told to this person, asked before a mail that waited goes.
    `before`: working days before the day, where no ladder is set; what an applicant owes is told of when it ends.
    """

    key: str
    label: Promise | str
    open: Callable[[Reach], Iterable[Deadline]]
    still_open: Callable[[Collection[str]], Mapping[str, date]]
    permissions: frozenset[str] = frozenset()
    is_confidential: bool = False
    before: tuple[int, ...] = (7, 3, 1)
    concerns: Callable[[Any, str], bool] | None = None
    position: int = 100


class Place(StrEnum):
    """Where a link to a public page stands."""

    MENU = "menu"
    FOOTER = "footer"
    DOOR = "door"  # large entry on the home page, with a sentence
    SEARCH = "search"  # address of the search form in the masthead
    FEED = "feed"  # <link rel="alternate"> on every page


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A link that every page shows. `within` names the pages below it, where the menu marks it."""

    key: str
    place: Place
    label: Promise | str
    url_name: str
    sentence: Promise | str = ""
    within: tuple[str, ...] = ()
    position: int = 100


@dataclass(frozen=True, slots=True)
class DemoCounty:
    """What a chapter of the demo is told of the county so far: agencies by code, people by user name."""

    today: date
    now: datetime
    agencies: Mapping[str, Any]
    people: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DemoChapter:
    """What an upper app adds to the demo county, inside the transaction that seeds it.

    `tell` answers lines for whoever tries the demo: they are printed and kept with its accounts.
    """

    key: str
    tell: Callable[[DemoCounty], Sequence[str]]
    position: int = 100


@dataclass(frozen=True, slots=True)
class RectificationMandate:
    """Who sees to rectifications because he has the matter behind them, whoever ordered them and wherever he sits.

    `rows` answers the ids of those rectifications, as a QuerySet; `people` whom to tell of one.
    """

    rows: Callable[[Any], Any]
    people: Callable[[Any], Iterable[Any]]


class Registry[T: (Panel, StaffQueue, Dataset, ScheduledJob, NavEntry, DemoChapter, DeadlineSource)]:
    """Contributions by key, in order of position and registration."""

    def __init__(self) -> None:
        self._entries: dict[str, T] = {}

    def add(self, entry: T) -> None:
        self._entries[entry.key] = entry

    def get(self, key: str) -> T:
        """Raises KeyError."""
        return self._entries[key]

    def all(self) -> list[T]:
        return sorted(self._entries.values(), key=lambda entry: getattr(entry, "position", 100))


home_panels: Registry[Panel] = Registry()  # context(request)
agency_panels: Registry[Panel] = Registry()  # context(request, agency)
item_panels: Registry[Panel] = Registry()  # context(request, item); each asks the database only where it has cause
staff_queues: Registry[StaffQueue] = Registry()
staff_actions: Registry[Panel] = Registry()  # context(request); above the queues of the landing page
staff_panels: Registry[Panel] = Registry()  # context(request); beside them
datasets: Registry[Dataset] = Registry()
scheduled_jobs: Registry[ScheduledJob] = Registry()
nav_entries: Registry[NavEntry] = Registry()
deadline_sources: Registry[DeadlineSource] = Registry()
demo_chapters: Registry[DemoChapter] = Registry()
sitemaps: dict[str, "type[Sitemap[Any]]"] = {}
calendar_tasks: list[str] = []  # names of tasks to ring for when holidays have been imported
index_pattern_validators: list[Callable[[str], None]] = []  # each raises ValidationError
# Query parameters that public pages read: the page cache keeps no page that was asked for by any other.
page_parameters: set[str] = {"page", "p"}


def panels_for(registry: Registry[Panel], request: HttpRequest, **kwargs: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """(template, context) of the panels that have something to show."""
    shown = ((panel.template, panel.context(request, **kwargs)) for panel in registry.all())
    return [(template, context) for template, context in shown if context is not None]


# Labels of models whose very rows are nobody's business but their handlers': no list of the audit trail names them.
confidential_subjects: set[str] = set()
# Each is given a Notice that is about to be sent. It takes out of it what has been closed meanwhile, and answers
# whether anything is left to tell: if not it is dropped unsent.
notice_reviews: list[Callable[[Any], bool]] = []
# Each takes out of a person's messages those of matters that he may see no longer.
inbox_filters: list[Callable[[Any, Any], Any]] = []
# Each answers which unpublished items a person must not see, as a QuerySet of ids; None: none, and nothing is asked.
hidden_drafts: list[Callable[[Any], Any]] = []
# Each answers whose events in the audit trail a person must not see: ids as a QuerySet, by label of the model.
hidden_subjects: list[Callable[[Any], Mapping[str, Any]]] = []
# Matters behind rectifications, which nobody reads off the rectification itself.
rectification_mandates: list[RectificationMandate] = []
# Kinds of messages to staff beside reminders: key -> what they read where they choose their mails.
notice_kinds: dict[str, "Promise | str"] = {}
# Words of the audit trail: a noun ("edition") or a deed ("edition.submit") -> what staff read.
audit_words: dict[str, "Promise | str"] = {}
# A sentence beside each list of the staff landing page, by model label in lower case.
list_notes: dict[str, "Promise | str"] = {}
