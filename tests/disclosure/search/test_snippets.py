import pytest
from pytest_django import DjangoAssertNumQueries

from disclosure.models import Synonym
from disclosure.search import snippets
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def snippet(query: str, *, title: str = "通知", body: str = "<p>正文</p>") -> tuple[str, str]:
    item = make_item(edition={"title": title, "body": body})
    shown = snippets(query, [item])[item.pk]
    return str(shown.title), str(shown.body)


def test_snippet_marks_title_and_body() -> None:
    assert snippet("预算", title="２０２６年预算", body="<p>部门预算公开</p>") == (
        "２０２６年<mark>预算</mark>",
        "部门<mark>预算</mark>公开",
    )


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("2019", "于２０１９年", "于<mark>２０１９</mark>年"),
        ("5000元", "罚款5,000元", "罚款<mark>5,000元</mark>"),
        ("通知", "的 通 知", "的 <mark>通 知</mark>"),
        ("5", "15与5", "15与<mark>5</mark>"),
        ("国发〔2019〕5号", "按国发[2019]5号", "按<mark>国发[2019]5号</mark>"),
        ("政府 府公", "政府公开", "<mark>政府公</mark>开"),
    ],
)
def test_snippet_marks_what_was_written(query: str, body: str, expected: str) -> None:
    assert snippet(query, body=f"<p>{body}</p>")[1] == expected


def test_snippet_escapes_all_but_its_marks() -> None:
    title, body = snippet("脚本", title="<script>脚本", body='<p>甲&lt;b&gt;脚本&amp;"</p>')

    assert title == "&lt;script&gt;<mark>脚本</mark>"
    assert body == "甲&lt;b&gt;<mark>脚本</mark>&amp;&quot;"


def test_snippet_is_cut_around_the_first_match() -> None:
    body = snippet("目标", body=f"<p>{'前' * 500}目标{'后' * 500}</p>")[1]

    assert body.startswith("…前")
    assert body.endswith("后…")
    assert "<mark>目标</mark>" in body
    assert len(body) < 120


def test_snippet_shows_terms_that_stand_far_apart() -> None:
    body = snippet("甲乙 丙丁", body=f"<p>甲乙{'中' * 500}丙丁</p>")[1]

    assert body.startswith("<mark>甲乙</mark>")
    assert body.endswith("<mark>丙丁</mark>")


def test_snippet_without_a_match_is_the_beginning() -> None:
    assert snippet("标题词", title="标题词", body="<p>正文开头</p>")[1] == "正文开头"


def test_snippet_marks_the_official_term_of_a_synonym() -> None:
    Synonym.objects.get_or_create(word="低保", term="最低生活保障")

    assert snippet("低保", body="<p>最低生活保障</p>")[1] == "<mark>最低生活保障</mark>"


def test_snippet_shows_the_label_of_a_choice() -> None:
    item = make_item(item_type="interpretation", edition={"body": "", "extra": {"form": "figure"}})

    assert str(snippets("政策", [item])[item.pk].body) == "图解"


@pytest.mark.parametrize("count", [1, 3])
def test_snippets_take_two_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    items = [make_item() for _n in range(count)]

    with django_assert_num_queries(2):
        assert len(snippets("正文", items)) == count
