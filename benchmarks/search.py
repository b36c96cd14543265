"""Search at 100,000 items: the ids of one page, and the count, of queries from everywhere to nowhere."""

from collections.abc import Callable, Iterator
from itertools import batched
from statistics import median, quantiles
from time import perf_counter

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from benchmarks.articles import write_items
from benchmarks.measure import Context, Measure
from disclosure.enums import Category
from disclosure.models import Item
from disclosure.queries import ItemQuerySet
from disclosure.search import COUNT_LIMIT, count_hits, index_items, search, snippets

PAGE = 20
REPEATS = 3  # the middle one counts

EVERYWHERE = [
    "的",
    "应当",
    "政府",
    "规定",
    "部门",
    "管理",
    "人民",
    "单位",
    "或者",
    "国家",
    "法",
    "第",
    "行政",
    "机关",
    "和",
    "一",
    "主管部门",
    "国务院",
    "本条例",
    "依法",
]
COMMON = [
    "行政机关",
    "罚款",
    "申请",
    "监督检查",
    "法律责任",
    "环境",
    "登记",
    "建设工程",
    "拍卖",
    "水利",
    "教育",
    "档案",
    "个人信息",
    "海关",
    "食品",
]
RARE = [
    "最低生活保障",
    "水库大坝",
    "商用密码",
    "低保",
    "医保",
    "社保",
    "古树名木",
    "职业病",
    "渡口",
    "蚕种",
    "pH",
    "BOT",
    "信访",
    "政府信息公开",
]
NUMBERS = ["5", "10", "100", "2019", "２０１８", "4.5", "5000", "国务院令第23号", "国发〔2019〕5号", "3.5%"]
SEVERAL = [
    "政府 应当",
    "行政机关 罚款",
    "公民、法人和其他组织",
    "县级以上地方人民政府应当",
    "水资源 保护 条例",
    "“行政 处罚” 听证",
    "食品 安全 监督",
    "农民 低保 申请",
    "不存在的词语啊",
    "本条例自公布之日起施行",
]
QUERIES = [*EVERYWHERE, *COMMON, *RARE, *NUMBERS, *SEVERAL]


def run(context: Context) -> list[Measure]:
    if context.data is None:
        raise SystemExit("the search benchmark needs PORTAL_DATA")
    write_items(context.data)
    started = perf_counter()
    for ids in batched(Item.objects.values_list("pk", flat=True), 5_000):
        index_items(ids)
    indexing = perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if context.vendor == "postgresql" else "ANALYZE")
    return [Measure("index 100,000 items", indexing, "s"), *measure_queries()]


def measure_queries() -> list[Measure]:
    """p50 and p95 over the queries, apart for those up to and above COUNT_LIMIT hits."""
    visible = Item.objects.visible_to(AnonymousUser())
    taken: dict[str, list[float]] = {}
    for query in QUERIES:
        hits = search(query, visible)
        total, is_capped = count_hits(hits)
        group = f"above {COUNT_LIMIT} hits" if is_capped else f"up to {COUNT_LIMIT} hits"
        for name, call in _calls(query, visible, total):
            taken.setdefault(f"{name}, {group}", []).append(_time(call))
    return [measure for name in sorted(taken) for measure in _measures(name, taken[name])]


def _calls(query: str, visible: ItemQuerySet, total: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """First page and count as a listing asks for them; the same deep down, and with a filter."""
    narrowed = visible.filter(category=Category.FINANCE, year=2020)
    deep = max(0, total - PAGE)
    yield "page and count", lambda: _page_and_count(search(query, visible), 0)
    yield "page and count", lambda: _page_and_count(search(query, visible), deep)
    yield "page and count", lambda: _page_and_count(search(query, narrowed), 0)
    first = list(search(query, visible)[:PAGE])
    yield "snippets of a page", lambda: snippets(query, first)


def _page_and_count(hits: ItemQuerySet, offset: int) -> None:
    list(hits.values_list("pk", flat=True)[offset : offset + PAGE])
    count_hits(hits)


def _time(call: Callable[[], object]) -> float:
    times = []
    for _repeat in range(REPEATS):
        started = perf_counter()
        call()
        times.append((perf_counter() - started) * 1000)
    return median(times)


def _measures(name: str, times: list[float]) -> list[Measure]:
    limit = None if name.startswith("snippets") else 150 if "above" in name else 50
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return [Measure(f"{name}, p50", median(times), "ms"), Measure(f"{name}, p95", p95, "ms", limit)]
