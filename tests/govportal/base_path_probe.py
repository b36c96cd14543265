"""Run by test_base_path.py in a process of its own: asks the WSGI application and prints what came back as JSON."""

import json
import os
import re
import sys
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

os.environ["DJANGO_SETTINGS_MODULE"] = "govportal.settings"

PASSWORD = "probe-password-1"
_jar: dict[str, str] = {}


def ask(path: str, *, form: dict[str, str] | None = None, script: str = "", scheme: str = "https") -> dict[str, Any]:
    """One request as a server behind TLS makes it. Cookies set before are sent along."""
    body = urlencode(form or {}).encode()
    bare, _question, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "POST" if form else "GET",
        "SCRIPT_NAME": script,
        "PATH_INFO": bare,
        "QUERY_STRING": query,
        "SERVER_NAME": "x.gov.cn",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "x.gov.cn",
        "HTTP_REFERER": "https://x.gov.cn" + path,
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in _jar.items()),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    answer: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
        answer.update(status=int(status[:3]), headers=dict(headers))
        answer["cookies"] = "\n".join(value for name, value in headers if name == "Set-Cookie")

    from govportal.wsgi import application

    text = b"".join(application(environ, start)).decode()
    for line in answer["cookies"].splitlines():
        _jar.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
    answer["text"] = text
    answer["head"] = text.partition("</head>")[0]
    answer["addresses"] = re.findall(r' (?:href|src|action)="([^"#]+)', text)
    found = re.search(r'<svg[^>]*class="qr".*?</svg>', text, re.DOTALL)
    answer["qr"] = re.findall(r' d="([^"]+)"', found.group()) if found else []
    return answer


def make_rows() -> None:
    """Before the application: it looks for static files once, when it is made."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from disclosure import search
    from tests.factories import make_agency, make_item, make_user

    item = make_item(agency=make_agency(code="own"), index_number="T/1", slug="T-1", edition={"title": "题目"})
    search.index_item(item)
    make_user(username="probe", password=PASSWORD, is_superuser=True)


def main() -> None:
    make_rows()
    import segno
    from django.conf import settings

    seen = {
        "home": ask("/zwgk/"),
        "home_behind_proxy": ask("/", script="/zwgk"),
        "items": ask("/zwgk/items/"),
        "item": ask("/zwgk/items/T-1/"),
        "log": ask("/zwgk/log/"),
        "catalogue": ask("/zwgk/catalogue/"),
        "agency": ask("/zwgk/agencies/own/"),
        "not_found": ask("/zwgk/no/such/page/"),
        "english": ask("/zwgk/en/items/"),
        "feed": ask("/zwgk/feeds/items.atom"),
        "sitemap": ask("/zwgk/sitemap.xml"),
        "sitemap_items": ask("/zwgk/sitemap-items.xml"),
        "sitemap_pages": ask("/zwgk/sitemap-pages.xml"),
        "robots": ask("/zwgk/robots.txt"),
        "api": ask("/zwgk/api/v1/items/"),
        "no_slash": ask("/zwgk/items"),
        "plain_healthz": ask("/zwgk/healthz", scheme="http"),
        "plain_home": ask("/zwgk/", scheme="http"),
        "admin": ask("/zwgk/admin/"),
        "elder": ask("/zwgk/display/?mode=elder&next=/zwgk/items/"),
        "elder_away": ask("/zwgk/display/?mode=standard&next=/neighbour/"),
    }
    stylesheet = next(address for address in seen["home"]["addresses"] if address.endswith(".css"))
    seen["stylesheet"] = ask(stylesheet) | {"text": "", "head": ""}
    seen["login_form"] = ask("/zwgk/admin/login/")
    token = _jar[settings.CSRF_COOKIE_NAME]
    form = {"username": "probe", "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/zwgk/admin/"}
    seen["login"] = ask("/zwgk/admin/login/", form=form)
    seen["signed_in"] = ask("/zwgk/admin/")
    drawn = segno.make("https://x.gov.cn/zwgk/items/T-1/", error="m", micro=False).svg_inline(border=2, omitsize=True)
    print(json.dumps(seen | {"expected_qr": re.findall(r' d="([^"]+)"', drawn)}))


if __name__ == "__main__":
    main()
