"""Figures, units and labels on paper: what belongs together stands on one line, digit under digit."""

import pytest
from django.contrib.auth.models import AnonymousUser

from disclosure import documents, paper_figures
from disclosure.document_parts import for_paper, whole_numbers
from tests import paper
from tests.factories import make_item

ROWS = "<tr><td>{n}</td><td>第{n}次</td><td>{n} 930</td><td>—</td><td>{n}.5%</td></tr>"
HEAD = "<tr><th>序号</th><th>事由</th><th>金额（元）</th><th>上年</th><th>比上年</th></tr>"


def test_columns_of_figures_stand_at_the_right() -> None:
    rows = "".join(ROWS.format(n=n) for n in (1, 2))
    made = paper_figures.aligned(f"<table>{HEAD}{rows}</table>")

    # Neither ordinal numbers nor words, nor a column without any figure.
    assert made.count('<th class="r">') == 2 and made.count('<td class="r">') == 4
    assert '<th class="r">金额（元）' in made and '<td class="r">1 930' in made and '<td class="r">1.5%' in made
    plain = '<table class="facts"><tr><th>总计</th><td>2.94</td></tr><tr><th>总计</th><td>2.94</td></tr></table>'
    assert paper_figures.aligned(plain) == plain


def test_columns_are_counted_through_cells_that_span() -> None:
    rows = (
        '<tr><td rowspan="2">甲乡</td><td>一村</td><td>1</td></tr><tr><td>二村</td><td>22</td></tr>'
        '<tr><td colspan="2">合计</td><td>23</td></tr>'
    )
    made = paper_figures.aligned(f"<table><tr><th>乡</th><th>村</th><th>户</th></tr>{rows}</table>")

    assert [figure in made for figure in ('"r">1<', '"r">22<', '"r">23<', '"r">户<')] == [True] * 4
    assert made.count('class="r"') == 4


def test_thousands_and_units_are_not_parted() -> None:
    made = for_paper(
        '<body><path d="M10 200"><table><tr><th>金额（万元）</th><td>11 153项，2026 10 12</td></tr></table>'
    )

    assert 'd="M10 200"' in made and "11\xa0153项，2026 10 12" in made
    assert '金额<span class="nowrap">（万元）</span>' in made
    assert whole_numbers("9 846 公里") == "9\xa0846 公里"


@pytest.mark.django_db
def test_labels_stand_on_one_line_and_no_row_stands_alone() -> None:
    table = "<table>" + "".join(f"<tr><td>第{n}户</td><td>甲<br>乙</td></tr>" for n in range(1, 15)) + "</table>"
    extra = {"fiscal_year": 2026, "kind": "execution", "income": "2.94", "expenditure": "2.94"}
    alone = set()
    for lines in range(5):
        edition = {"body": "<p>行</p>" * lines + table, "extra": extra}
        item = make_item(item_type="budget", edition=edition)
        found = documents.printable(AnonymousUser()).get(pk=item.pk)
        made = documents.made(documents.item_paper(found, AnonymousUser()))
        alone |= {page.count("户") for page in paper.pages(made)}
        if not lines:
            assert "收入总计（万元）" in paper.poppler("pdftotext", made, "-layout")

    assert alone and not alone & {1}, alone


@pytest.mark.django_db
def test_table_that_the_text_repeats_is_printed_once() -> None:
    people = [{"name": "甘维桢", "post": "县图书馆馆长", "change": "拟任"}]
    cells = "<tr><th>姓名</th><th>拟任职务</th></tr><tr><td>甘维桢</td><td>{post}</td></tr>"

    for post, times in (("县图书馆馆长", 1), ("馆长", 2)):
        edition = {"body": f"<table>{cells.format(post=post)}</table>", "extra": {"action": "notice", "people": people}}
        item = make_item(item_type="appointment", edition=edition)
        found = documents.printable(AnonymousUser()).get(pk=item.pk)
        html = documents.item_paper(found, AnonymousUser()).html
        assert html.count("甘维桢") == times, post
