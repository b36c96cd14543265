"""A portal below a path (https://x.gov.cn/zwgk): every address it writes carries the path, by the real application.

A process of its own: settings and URL prefix are read once, from the environment.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://x.gov.cn/zwgk"
SCRIPT = Path(__file__).with_name("base_path_probe.py")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the probe saw, by the name of what it asked for."""
    home = tmp_path_factory.mktemp("home")
    for name in ("secret_key", "data_keys", "fingerprint_key"):
        (home / name).write_text((Path(os.environ["PORTAL_HOME"]) / name).read_text())
        (home / name).chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environ = {**kept, "PORTAL_HOME": str(home), "PORTAL_BASE_URL": BASE, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert result.returncode == 0, result.stderr[-3000:]
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.parametrize("page", ["home", "items", "item", "log", "catalogue", "agency", "not_found", "english"])
def test_links_forms_and_static_files_stay_below_the_path(seen: dict[str, Any], page: str) -> None:
    addresses = seen[page]["addresses"]

    assert len(addresses) > 10
    assert [address for address in addresses if address.startswith("/") and not address.startswith("/zwgk/")] == []
    assert seen[page]["status"] == (404 if page == "not_found" else 200)


def test_pages_are_answered_with_and_without_the_path_taken_off_by_the_proxy(seen: dict[str, Any]) -> None:
    assert seen["home"]["addresses"] == seen["home_behind_proxy"]["addresses"]


def test_canonical_address_and_alternates_are_public(seen: dict[str, Any]) -> None:
    head = seen["item"]["head"]

    assert f'rel="canonical" href="{BASE}/items/T-1/"' in head
    assert f'hreflang="en" href="{BASE}/en/items/T-1/"' in head


def test_codes_and_text_of_an_item_name_its_public_address(seen: dict[str, Any]) -> None:
    assert seen["item"]["qr"] == seen["expected_qr"]
    assert f"{BASE}/items/T-1/" in seen["item"]["text"]


def test_feed_sitemap_robots_and_api_name_public_addresses(seen: dict[str, Any]) -> None:
    assert f'href="{BASE}/items/T-1/"' in seen["feed"]["text"]
    assert f'href="{BASE}/feeds/items.atom"' in seen["feed"]["text"]
    assert "<id>tag:x.gov.cn,2026:item:T/1</id>" in seen["feed"]["text"]
    assert f"<loc>{BASE}/sitemap-items.xml</loc>" in seen["sitemap"]["text"]
    assert f"<loc>{BASE}/items/T-1/</loc>" in seen["sitemap_items"]["text"]
    assert f"<loc>{BASE}/guide/</loc>" in seen["sitemap_pages"]["text"]
    assert f"Sitemap: {BASE}/sitemap.xml" in seen["robots"]["text"]
    assert "Disallow: /zwgk/admin/" in seen["robots"]["text"]
    assert f'"{BASE}/items/T-1/"' in seen["api"]["text"]


def test_static_files_are_served_below_the_path(seen: dict[str, Any]) -> None:
    assert seen["stylesheet"]["status"] == 200


def test_redirects_and_cookies_keep_to_the_path(seen: dict[str, Any]) -> None:
    assert seen["elder"]["headers"]["Location"] == "/zwgk/items/"
    assert "Path=/zwgk/" in seen["elder"]["cookies"]
    assert seen["elder_away"]["headers"]["Location"] == "/zwgk/"
    assert seen["no_slash"]["headers"]["Location"] == "/zwgk/items/"
    assert seen["admin"]["headers"]["Location"].startswith("/zwgk/admin/login/?next=/zwgk/admin/")


def test_admin_login_works_below_the_path(seen: dict[str, Any]) -> None:
    assert seen["login_form"]["status"] == 200
    assert seen["login"]["status"] == 302
    assert seen["login"]["headers"]["Location"] == "/zwgk/admin/"
    assert seen["login"]["cookies"].count("Path=/zwgk/") == 2
    assert "Secure" in seen["login"]["cookies"]
    assert seen["signed_in"]["status"] == 200


def test_health_is_asked_without_tls_and_pages_are_not(seen: dict[str, Any]) -> None:
    assert (seen["plain_healthz"]["status"], seen["plain_healthz"]["text"]) == (200, "ok\n")
    assert (seen["plain_home"]["status"], seen["plain_home"]["headers"]["Location"]) == (301, f"{BASE}/")
