"""What a citizen has typed and not yet sent: encrypted, known to his browser alone, swept after a day.

A browser holds one token and may have several drafts, each with a name of its own that stands in the address of the
form: two forms in two tabs never mix. The name alone opens nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from govportal import private_files, throttle
from govportal.archives import RefusedFile
from govportal.crypto import fingerprint
from govportal.files import safe_name
from govportal.models import PrivateFile
from govportal.throttle import Limit
from requests_app.models import RequestDraft
from requests_app.services import complain, intake

LIFETIME = timedelta(days=1)
# So much of one text outlives the page it was typed in. What is longer no agency could take, and the page shows it.
MOST_KEPT = 200_000
MEGABYTE = 1024 * 1024
# Of the files of all drafts from one address, sent ones too: fifty of the largest. A scan weighs one or two.
_WEIGHT = Limit("megabytes of drafts", 500, timedelta(days=1))
CODE = "query_code"  # the value a sent draft keeps, until it is cleared


def key_of(token: str, name: str) -> str:
    return fingerprint("request draft", f"{token}/{name}")


def find(token: str, name: str, *, at: datetime) -> RequestDraft | None:
    """The draft of this browser by its name, sent ones too; None when there is none or its day is over."""
    drafts = RequestDraft.objects.select_related("request__agency", "complaint__agency", "complaint__desk")
    return drafts.filter(token_key=key_of(token, name), updated_at__gt=at - LIFETIME).first()


@transaction.atomic
def save(token: str, name: str, values: Mapping[str, Any], *, at: datetime) -> RequestDraft:
    """Keep what was typed, step by step; a draft that was sent stays as it is."""
    draft = _locked(token, name, at)
    if not draft.is_sent:
        draft.values = draft.values | {key: _shortened(value) for key, value in values.items()}
        draft.updated_at = at
        draft.save(update_fields=["values", "updated_at"])
    return draft


def change_files(
    draft: RequestDraft,
    uploads: Sequence["UploadedFile[Any]"],
    *,
    forgotten: Collection[int] = (),
    most: int,
    most_mb: int,
    sender: str,
    at: datetime,
) -> list[str]:
    """Take files off the draft and keep new ones; answers why some were not kept, in words for whoever sent them.

    `sender`: by throttle.sender, for the weight of all that he sends in a day.
    """
    if draft.is_sent:
        return []
    # On the disk before the draft is held; what finds no room in it is swept.
    written = [_weighed(upload, most_mb, sender, at) for upload in uploads[:most]]
    return _keep(draft, written, forgotten, most) + [
        _too_many(safe_name(upload.name or ""), most) for upload in uploads[most:]
    ]


def _weighed(upload: "UploadedFile[Any]", most_mb: int, sender: str, at: datetime) -> PrivateFile | str:
    """The file, or why it was not taken: what is not written weighs nothing."""
    weight = -(-(upload.size or 0) // MEGABYTE)
    file: PrivateFile | str = _not_taken(
        upload, _("从这个网络地址一天内上传的文件太多，请明天再传，或者邮寄、当面提交。")
    )
    if throttle.take(_WEIGHT, sender, at=at, count=weight):
        file = _written(upload, most_mb)
    if isinstance(file, str):
        throttle.give_back(_WEIGHT, sender, at=at, count=weight)
    return file


def _written(upload: "UploadedFile[Any]", most_mb: int) -> PrivateFile | str:
    """The file, or why it was not taken."""
    try:
        return private_files.write(upload, by=None, max_bytes=most_mb * MEGABYTE, accepted=private_files.SCANS)
    except RefusedFile as error:
        return _not_taken(upload, error)


def _not_taken(upload: "UploadedFile[Any]", reason: object) -> str:
    return _("“%(name)s”没有收下：%(reason)s") % {"name": safe_name(upload.name or ""), "reason": reason}


def _too_many(name: str, most: int) -> str:
    return _("“%(name)s”没有收下：最多 %(most)s 份。") % {"name": name, "most": most}


@transaction.atomic
def _keep(
    draft: RequestDraft, written: Sequence[PrivateFile | str], forgotten: Collection[int], most: int
) -> list[str]:
    held = RequestDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if held is None or held.is_sent:  # deleted or sent in another window; what was written is swept
        return []
    for file in PrivateFile.objects.filter(pk__in=held.files.values("pk")).filter(pk__in=forgotten):
        held.files.remove(file)
        private_files.forget(file)
    refused = []
    room = most - held.files.count()
    for new in written:
        if isinstance(new, str):
            refused.append(new)
        elif room < 1:
            refused.append(_too_many(new.name, most))
        else:
            held.files.add(private_files.keep(new))
            room -= 1
    return refused


def files(draft: RequestDraft) -> list[PrivateFile]:
    """In the order in which they came."""
    return list(PrivateFile.objects.filter(pk__in=draft.files.values("pk")).order_by("pk"))


@transaction.atomic
def send(draft_id: int, person: intake.Person, wanted: intake.Wanted, *, at: datetime) -> intake.Filed:
    """Make the request of a draft. The same draft sent again, at one moment too, gives the first receipt with its code:
    a browser that was told twice shows the second answer. Raises ValidationError, and RequestDraft.DoesNotExist where
    it was deleted meanwhile."""
    draft = RequestDraft.objects.select_for_update().get(pk=draft_id)
    if draft.request is not None:
        return intake.Filed(draft.request, draft.values.get(CODE, ""), is_new=False)
    filed = intake.file_online(person, wanted, proofs=files(draft), submission_key=draft.token_key, at=at)
    draft.request, draft.values, draft.updated_at = filed.request, {CODE: filed.query_code}, at
    draft.save(update_fields=["request", "values", "updated_at"])
    draft.files.clear()  # they belong to the request now
    return filed


@transaction.atomic
def send_complaint(
    draft_id: int, matter: complain.Matter, person: complain.Person | None, *, at: datetime
) -> complain.Filed:
    """Make the complaint of a draft, as `send` makes a request; `person` None: anonymous. Raises as `send`."""
    draft = RequestDraft.objects.select_for_update().get(pk=draft_id)
    if draft.complaint is not None:
        return complain.Filed(draft.complaint, draft.values.get(CODE, ""), is_new=False)
    filed = complain.file_online(matter, person, evidence=files(draft), submission_key=draft.token_key, at=at)
    draft.complaint, draft.values, draft.updated_at = filed.complaint, {CODE: filed.query_code}, at
    draft.save(update_fields=["complaint", "values", "updated_at"])
    draft.files.clear()
    return filed


@transaction.atomic
def clear_code(token: str, name: str) -> None:
    """Give out the code of a draft that was sent no more: whoever sits down at this computer next is another."""
    for draft in RequestDraft.objects.select_for_update().filter(token_key=key_of(token, name)):
        if draft.is_sent:
            draft.values = {}
            draft.save(update_fields=["values"])


@transaction.atomic
def discard(token: str, name: str) -> None:
    """Forget a draft that was not sent, with its files."""
    unsent = RequestDraft.objects.filter(token_key=key_of(token, name), request=None, complaint=None)
    for draft in unsent.select_for_update():
        _forget(draft)


def sweep(at: datetime) -> int:
    """Delete the drafts whose day is over; answers how many. What was made of one stays."""
    old = RequestDraft.objects.filter(updated_at__lte=at - LIFETIME).values_list("pk", flat=True)
    deleted = 0
    for pk in list(old):
        with transaction.atomic():
            draft = RequestDraft.objects.select_for_update().filter(pk=pk, updated_at__lte=at - LIFETIME).first()
            if draft is not None:
                _forget(draft)
                deleted += 1
    return deleted


def _locked(token: str, name: str, at: datetime) -> RequestDraft:
    """The draft of that name, made if there is none, and held."""
    key = key_of(token, name)
    first = RequestDraft(token_key=key, created_at=at, updated_at=at)
    # One statement makes the row or holds the one there is: between two, another window could delete it.
    RequestDraft.objects.bulk_create(
        [first], update_conflicts=True, unique_fields=["token_key"], update_fields=["token_key"]
    )
    return RequestDraft.objects.get(token_key=key)


def _forget(draft: RequestDraft) -> None:
    held = files(draft)
    draft.delete()
    for file in held:
        private_files.forget(file)


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MOST_KEPT]
    if isinstance(value, Mapping):
        return {key: _shortened(inner) for key, inner in value.items()}
    return value
