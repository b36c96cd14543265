"""拟制公开稿: in one step a draft of what was given to an applicant; then it goes the way of every other text.

Nothing of the applicant goes along (《政府信息公开条例》第四十四条). Item and request find each other by the task:
`Item.source` is SOURCE, its id begins with that of the task, whose `item` it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Category, Mode, TargetGroup
from disclosure.models import CatalogueEntry, Item
from disclosure.obligation_periods import EVENT_KINDS
from disclosure.services import events
from disclosure.services.draft import Content, Source, create_item
from disclosure.services.responsibility import load_responsibility
from govportal import audit, files, personal_data, private_files
from govportal.html import clean_line, from_text
from govportal.models import Agency, Attachment, User
from requests_app.enums import DecisionState, FileKind, TaskState
from requests_app.models import InformationRequest, RequestFile
from requests_app.services import applicants, procedure, publication_tasks
from requests_app.services.procedure import check
from requests_app.services.publication_tasks import ARTICLE

SOURCE = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The draft that is to be made. `entry`: what of the catalogue it answers, which then owes it (公开事由)."""

    title: str
    body: str = ""
    category: Category | str = Category.OTHER
    item_type: str = "general"
    entry: CatalogueEntry | None = None
    files: Sequence[RequestFile] = ()


def proposed(row: InformationRequest) -> Wanted:
    """What the draft would be if nobody changed anything: the words of the reply under the name of the information."""
    reply = row.decisions.filter(state=DecisionState.RELEASED).exclude(reply_kind="").first()
    return Wanted(title=row.subject, body=reply.content if reply else "")


def entries_for(agency: Agency) -> list[CatalogueEntry]:
    """The entries of the catalogue by which the agency owes what happens: one of them may be named with a draft."""
    owing = CatalogueEntry.objects.filter(is_active=True, mode=Mode.PROACTIVE, timing_kind__in=EVENT_KINDS)
    entries = list(owing.exclude(target=TargetGroup.INTERNAL).order_by("position", "pk"))
    responsibility = load_responsibility(entries)
    return [entry for entry in entries if agency.pk in responsibility.of(entry)]


def reasons_against(row: InformationRequest, wanted: Wanted, actor: User, at: datetime) -> list[str]:
    """Why this draft cannot be made of the request; empty when it can."""
    reasons = publication_tasks.reasons_against(row, actor)
    task = row.publication_tasks.filter(state=TaskState.OPEN).select_related("item").first()
    if task and (number := publication_tasks.draft_of(task)):
        reasons.append(_("已经拟制公开稿：%s。") % number)
    reasons += _reasons_against_text(row, wanted)
    if any(file.request_id != row.pk or file.kind != FileKind.DISCLOSED for file in wanted.files):
        reasons.append(_("只能附上提供给申请人的文件。"))
    if wanted.entry:
        reasons += events.reasons_against(wanted.entry, row.agency, localdate(at), None, at)
    return reasons


def _reasons_against_text(row: InformationRequest, wanted: Wanted) -> list[str]:
    text = f"{wanted.title}\n{wanted.body}"
    reasons = [] if wanted.title.strip() else [_("请填写标题。")]
    if personal_data.find(text):
        reasons.append(_("标题或者正文里有身份证号、手机号或者银行卡号，请删去。"))
    if applicants.is_named_in(row, text, even_firm=False):
        reasons.append(_("标题或者正文里有申请人的姓名或者联系方式，请删去：公开的信息与谁申请无关。"))
    return reasons


@transaction.atomic
def convert(request_id: int, wanted: Wanted, *, actor: User, at: datetime) -> Item:
    """A draft of what was given, with its files, for the ordinary review. Raises ValidationError.

    The officer's permission is that for the request: a draft binds nobody, and others sign it (ADR 0012). Where the
    catalogue has an entry for it, the day on which it was judged fit for publication is the event that the entry
    counts from.
    """
    row = procedure.locked(request_id)
    publication_tasks.lock_tasks(row.agency)
    check(reasons_against(row, wanted, actor, at))
    task = publication_tasks.task_of(row, actor=actor, at=at)
    drafted = Item.objects.filter(agency=row.agency, source=SOURCE, source_id__startswith=f"{task.pk}-")
    item = create_item(
        Content(title=wanted.title, body=from_text(wanted.body), category=wanted.category),
        agency=row.agency,
        item_type=wanted.item_type,
        author=actor,
        at=at,
        catalogue_entry=wanted.entry,
        source=Source(SOURCE, f"{task.pk}-{drafted.count() + 1}"),
        attachments=[(_copied(file, actor), file.title) for file in wanted.files],
    )
    task.item = item
    task.save(update_fields=["item"])
    after = {"item": item.index_number}
    audit.record(actor, "publicationtask.draft", task, agency=row.agency, after=after, basis=ARTICLE)
    if wanted.entry:
        events.record(
            entry=wanted.entry,
            agency=row.agency,
            title=clean_line(wanted.title)[:300],
            occurred_on=localdate(at),
            actor=actor,
            at=at,
            item=item,
            source=f"{SOURCE}:{item.source_id}",
        )
    return item


def _copied(file: RequestFile, actor: User) -> Attachment:
    """What was given to one as an attachment of the draft: checked anew, for everybody may come to open it."""
    return files.store(ContentFile(private_files.open_bytes(file.file), name=file.file.name), by=actor)


def requests_behind(item: Item) -> int:
    """How many requests an item answers that began as a reply to one; 0, without a query, for every other item."""
    if item.source != SOURCE:
        return 0
    return InformationRequest.objects.filter(publication_tasks__item=item.pk).count()
