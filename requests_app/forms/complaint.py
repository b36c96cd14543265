"""The two steps of a complaint: what is complained of, and by whom, if he wants to say."""

import unicodedata
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.models import Item, NoticeBoard
from disclosure.queries import NoticeBoardQuerySet
from govportal.forms import whole_number
from govportal.html import clean_line, without_controls
from govportal.models import Agency
from requests_app.complaint_enums import GROUND_HINTS, ComplaintGround
from requests_app.forms.answers import TextAndFilesForm
from requests_app.forms.fields import ScansField, TelephoneField, text_field
from requests_app.forms.filing import StepForm
from requests_app.forms.lookup import COMPLAINT, MOST_SIGNS, LookupForm
from requests_app.services import complain
from requests_app.services.complaint_desks import open_agencies

MOST_FILES = 5
MOST_BOARDS = 200  # to choose from while the agency is not known
_NAMED, _ANONYMOUS = "named", "anonymous"
_OF_PERSON = ("name", "phone", "email", "address")
_FILES_HINT = gettext_lazy("可以不传。PDF、JPG 或者 PNG，每份不超过 10 MB，最多 5 份。加密保存。")


class ChoicesWithHints(forms.RadioSelect):
    """Radio buttons with a sentence under those that need one; drawn by components/choices.html."""

    def __init__(self, hints: Mapping[str, Promise | str]) -> None:
        super().__init__()
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        return option | {"hint": self.hints.get(str(value), "")}


class BoardField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when run
    """公开栏 out of the list. Every board in use is valid; offered are those of an agency, or all of them."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        words = gettext_lazy("没有这个公开栏，请从名录中选择，或者写明它在哪里。")
        super().__init__(
            queryset=NoticeBoard.objects.none(),
            label=label,
            required=False,
            empty_label=gettext_lazy("不涉及，或者名录里没有"),
            error_messages={"invalid_choice": words},
            **kwargs,
        )

    def offer(self, boards: NoticeBoardQuerySet, *, is_of_one: bool) -> bool:
        """Answers whether there is anything to choose."""
        self.queryset = NoticeBoard.objects.listed()
        found = list(boards[:MOST_BOARDS])
        options: list[Any] = [(board.pk, f"{board.name}（{board.place}）") for board in found]
        if not is_of_one:
            of_agency = groupby(zip(found, options, strict=True), key=lambda pair: pair[0].agency.display_name)
            options = [(name, [option for _board, option in pairs]) for name, pairs in of_agency]
        self.choices = [("", self.empty_label), *options]
        return bool(found)


def _tells_enough(text: str) -> None:
    if sum(sign.isalnum() for sign in text) < complain.SHORTEST_FACTS:
        words = _("请写明什么时候、什么事项、有什么问题，至少%s个字。")
        raise ValidationError(words % complain.SHORTEST_FACTS)


class MatterForm(StepForm):
    """反映什么. `item` is what the index number leads to; call after `is_valid()`."""

    agency = forms.ModelChoiceField(
        label=gettext_lazy("反映哪个单位"),
        queryset=Agency.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
        error_messages={
            "required": gettext_lazy("请选择反映哪个单位。"),
            "invalid_choice": gettext_lazy("请从单位名录中选择被投诉的单位。"),
        },
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("属于哪一种情形"),
        choices=ComplaintGround.choices,
        widget=ChoicesWithHints({ground.value: hint for ground, hint in GROUND_HINTS.items()}),
        error_messages={
            "required": gettext_lazy("请选择属于哪一种情形。"),
            "invalid_choice": gettext_lazy("请选择属于哪一种情形。"),
        },
    )
    facts = text_field(
        gettext_lazy("事实经过"),
        complain.LONGEST_FACTS,
        required=gettext_lazy("请写明事实经过。"),
        rows=8,
        help_text=gettext_lazy("时间、事项、有什么问题，您希望怎样解决。请不要写他人的身份证号码。"),
    )
    item_number = text_field(
        gettext_lazy("公开信息的索引号"),
        complain.LONGEST_LINE,
        help_text=gettext_lazy("信息页面上有，不知道可以不填。"),
        autocomplete="off",
    )
    request_number = text_field(
        gettext_lazy("信息公开申请的受理编号"),
        complain.LONGEST_LINE,
        help_text=gettext_lazy("对申请的办理有意见的填写。"),
        autocomplete="off",
    )
    notice_board = BoardField(gettext_lazy("哪一个公开栏"))
    board = text_field(
        gettext_lazy("公开栏在哪里"),
        complain.LONGEST_LINE,
        help_text=gettext_lazy("例如：柳园村村委会门口的公开栏。"),
        autocomplete="off",
    )
    evidence = ScansField(gettext_lazy("证据材料"), _FILES_HINT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item: Item | None = None
        self.chosen_board: NoticeBoard | None = None  # the page says at its top which one it is about
        self.fields["facts"].validators.append(_tells_enough)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = open_agencies()
        self._offer_boards()

    def _offer_boards(self) -> None:
        """Those of the agency that is chosen, with the one that is; without any in the list the words remain."""
        given = self.data if self.is_bound else self.initial
        code, chosen = (str(given.get(name) or "") for name in ("agency", "notice_board"))
        boards = NoticeBoard.objects.listed()
        if code:
            boards = boards.filter(Q(agency__code=code) | Q(pk=whole_number(chosen)))
        field = self.fields["notice_board"]
        assert isinstance(field, BoardField)
        if not field.offer(boards, is_of_one=bool(code)) and not chosen:
            del self.fields["notice_board"]
        if number := whole_number(chosen):
            self.chosen_board = NoticeBoard.objects.listed().filter(pk=number).first()

    def clean_notice_board(self) -> NoticeBoard | None:
        board: NoticeBoard | None = self.cleaned_data["notice_board"]
        if board and (agency := self.cleaned_data.get("agency")):
            for reason in complain.reasons_against_board(board, agency):
                raise ValidationError(reason)
        return board

    def clean_item_number(self) -> str:
        """By the number, or by what stands in the address of its page; of what everybody can read alone."""
        number = clean_line(unicodedata.normalize("NFKC", self.cleaned_data["item_number"]))
        if number:
            public = Item.objects.visible_to(AnonymousUser()).select_related("agency")
            self.item = public.filter(slug=number.replace("/", "-")).first()
            if self.item is None:
                raise ValidationError(_("没有这一条公开信息，请核对索引号。"))
            number = self.item.index_number
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            # What is left can only be whom the text is of, or that nobody here may handle it.
            is_of_another = self.item and self.item.agency_id != cleaned["agency"].pk
            for reason in complain.reasons_against_matter(self._matter(cleaned)):
                self.add_error("item_number" if is_of_another else "agency", reason)
        return cleaned

    def matter(self) -> complain.Matter:
        """Call after `is_valid()`."""
        return self._matter(self.cleaned_data)

    def _matter(self, cleaned: Mapping[str, Any]) -> complain.Matter:
        return complain.Matter(
            agency=cleaned["agency"],
            ground=cleaned["ground"],
            facts=cleaned["facts"],
            item=self.item,
            request_number=cleaned["request_number"],
            notice_board=cleaned.get("notice_board"),
            board=cleaned["board"],
        )


class ContactForm(StepForm):
    """是否署名. Of whoever names nobody no field is read, and the draft keeps none."""

    is_named = forms.ChoiceField(
        label=gettext_lazy("是否署名"),
        choices=[(_NAMED, gettext_lazy("署名")), (_ANONYMOUS, gettext_lazy("匿名"))],
        widget=ChoicesWithHints(
            {
                _NAMED: gettext_lazy("在期限内告知您处理结果"),
                _ANONYMOUS: gettext_lazy("只能凭查询码查看结果，查询码丢失的无法补发"),
            }
        ),
        error_messages={
            "required": gettext_lazy("请选择署名还是匿名。"),
            "invalid_choice": gettext_lazy("请选择署名还是匿名。"),
        },
    )
    name = text_field(gettext_lazy("姓名或者单位名称"), complain.LONGEST_LINE, autocomplete="name")
    phone = TelephoneField(gettext_lazy("联系电话"), autocomplete="tel")
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        required=False,
        max_length=complain.LONGEST_LINE,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("请填写完整的电子邮箱，例如 name@mail.example。")},
    )
    address = text_field(gettext_lazy("联系地址"), complain.LONGEST_LINE, autocomplete="street-address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs.pop("maxlength", None)
        if self.data.get("is_named") == _ANONYMOUS:
            self.data = {"is_named": _ANONYMOUS}

    @classmethod
    def typed(cls, data: Mapping[str, Any]) -> dict[str, str]:
        typed = super().typed(data)
        return {"is_named": _ANONYMOUS} if typed["is_named"] == _ANONYMOUS else typed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("is_named") == _NAMED:
            if "name" not in self.errors and not any(sign.isalnum() for sign in cleaned["name"]):
                self.add_error("name", _("署名的请填写姓名或者名称。"))
            if not any(cleaned.get(name) or name in self.errors for name in _OF_PERSON[1:]):
                self.add_error("phone", _("电话、电子邮箱、联系地址，请至少填写一种，以便告知结果。"))
        return cleaned

    def person(self) -> complain.Person | None:
        """None: he wants to stay unknown. Call after `is_valid()`."""
        if self.cleaned_data["is_named"] == _ANONYMOUS:
            return None
        return complain.Person(**{name: self.cleaned_data[name] for name in _OF_PERSON})


# In their order.
STEPS: Mapping[str, type[StepForm]] = {"matter": MatterForm, "contact": ContactForm}


class ComplaintLookupForm(LookupForm):
    door = COMPLAINT
    number = text_field(
        gettext_lazy("投诉编号"),
        MOST_SIGNS,
        required=gettext_lazy("请填写投诉编号。"),
        autocomplete="off",
        autocapitalize="characters",
    )


class SupplementForm(TextAndFilesForm):
    """补充材料: a text, files, or both."""

    papers = ScansField(gettext_lazy("材料"), _FILES_HINT)

    def clean_papers(self) -> Any:
        uploads = self.cleaned_data["papers"]
        if len(uploads) > MOST_FILES:
            raise ValidationError(_("最多 %s 份。") % MOST_FILES)
        return uploads


class WithdrawalForm(forms.Form):
    reason = text_field(gettext_lazy("撤回的原因"), 1000, rows=3, help_text=gettext_lazy("可以不填。"))

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            data = {"reason": without_controls(str(data.get("reason") or ""))}
        super().__init__(data, **kwargs)
