"""Settings, all from the environment (README lists the variables). No second settings file exists."""

import re
from pathlib import Path

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from govportal import env

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_HOME = env.path("PORTAL_HOME", BASE_DIR / "var")
DEBUG = env.flag("DEBUG")

# Where the public reaches the portal. It may carry a path: https://x.gov.cn/zwgk.
# Unset, it is where `./portal run` last listened: what `./portal manage` writes beside it has the same addresses.
_base = env.address("PORTAL_BASE_URL", env.line(PORTAL_HOME / "base_url") or "http://127.0.0.1:8000")
PORTAL_BASE_URL = _base.geturl()
BASE_PATH = _base.path.rstrip("/") + "/"
IS_HTTPS = _base.scheme == "https"

_secret_file = env.path("SECRET_KEY_FILE", PORTAL_HOME / "secret_key")
SECRET_KEY = env.secret("SECRET_KEY", _secret_file)
if not SECRET_KEY:
    raise ImproperlyConfigured(f"no secret key: `./portal run` writes {_secret_file}; or set SECRET_KEY_FILE")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [str(_base.hostname), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]
# With a proxy in front, and only then, its X-Forwarded headers are believed.
# We never end TLS ourselves: with an https address there is a proxy in front.
BEHIND_PROXY = env.flag("BEHIND_PROXY", IS_HTTPS)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "evaluation",
    "requests_app",
    "disclosure",
    "govportal",
    "govportal.staff_site.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "django_prose_editor",  # its script alone: static/js/editor.js
]

MIDDLEWARE = [
    "govportal.pagecache.PageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "govportal.passwords.OneTimePasswordMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "govportal.urls"
WSGI_APPLICATION = "govportal.wsgi.application"
FORCE_SCRIPT_NAME = BASE_PATH.rstrip("/") or None

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "govportal.context.site",
            ],
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{PORTAL_HOME / 'portal.sqlite3'}"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads of a test must share it.
    DATABASES["default"]["TEST"] = {"NAME": str(PORTAL_HOME / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "govportal.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "govportal.passwords.NewPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# Five wrong passwords close one account from one address for fifteen minutes (GB/T 22239 身份鉴别).
AXES_FAILURE_LIMIT = env.integer("LOGIN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "govportal.proxy.client_address"
AXES_LOCKOUT_CALLABLE = "govportal.views.errors.locked_out"
CSRF_FAILURE_VIEW = "govportal.views.errors.csrf_failure"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
# Whether the day of receipt itself counts; the 条例 does not say, and common practice begins on the next.
REQUEST_COUNTS_RECEIPT_DAY = env.flag("REQUEST_COUNTS_RECEIPT_DAY")
# Whether the portal's own receipt confirms a web request (条例第三十一条); else the office confirms with the applicant.
REQUEST_PORTAL_CONFIRMS_RECEIPT = env.flag("REQUEST_PORTAL_CONFIRMS_RECEIPT", True)
# How often one address may file in a day and guess query codes in ten minutes, and how often a number may be tried in
# an hour: above six times the former, or one address could close the case of another person. 0: no limit.
REQUEST_FILINGS_PER_ADDRESS = env.integer("REQUEST_FILINGS_PER_ADDRESS", 50)
REQUEST_LOOKUPS_PER_ADDRESS = env.integer("REQUEST_LOOKUPS_PER_ADDRESS", 20)
REQUEST_LOOKUPS_PER_NUMBER = env.integer("REQUEST_LOOKUPS_PER_NUMBER", 200)
# Ballots of the public that one address may cast in a day in one survey: many share one. 0: no limit.
SURVEY_BALLOTS_PER_ADDRESS = env.integer("SURVEY_BALLOTS_PER_ADDRESS", 10)
# Years after which who asked is deleted and what was written about it blanked; 0: never.
REQUEST_RETENTION_YEARS = env.integer("REQUEST_RETENTION_YEARS", 10)
# When a named complainant is told the result: 7 days of the calendar by the model rules; a county may set working days.
COMPLAINT_ANSWER_DAYS = env.integer("COMPLAINT_ANSWER_DAYS", 7)
COMPLAINT_ANSWER_IN_WORKING_DAYS = env.flag("COMPLAINT_ANSWER_IN_WORKING_DAYS")
# Working days in which messages and correction reports are answered; no law says.
FEEDBACK_MESSAGE_DAYS = env.integer("FEEDBACK_MESSAGE_DAYS", 7)
FEEDBACK_CORRECTION_DAYS = env.integer("FEEDBACK_CORRECTION_DAYS", 3)
# A term in calendar days that ends on a day off moves to the next working day.
CALENDAR_TERMS_MOVE = env.flag("CALENDAR_TERMS_MOVE", True)

STATIC_URL = BASE_PATH + "static/"
STATIC_ROOT = env.path("STATIC_ROOT", PORTAL_HOME / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = BASE_PATH + "media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", PORTAL_HOME / "media")
# What the print queue has made, until it is fetched: web and workers read and write it.
PRINT_ROOT = env.path("PRINT_ROOT", PORTAL_HOME / "print")
# Public papers that were laid out before (govportal/paper_cache.py): the same, lest a redaction reach one disk alone.
PAPERS_ROOT = env.path("PAPERS_ROOT", PORTAL_HOME / "papers")
PAPERS_BYTES = env.integer("PAPERS_MB", 1024) * 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "govportal.staticfiles.SiteStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
ATTACHMENT_MAX_BYTES = env.integer("ATTACHMENT_MAX_MB", 50) * 1024 * 1024
# What letters name as remedy against which courts take no suit (法释〔2025〕8号): 重复, 加工, 信访, 出版物, 依法查询.
REQUEST_UNSUABLE_REMEDY = env.choice("REQUEST_UNSUABLE_REMEDY", "REVIEW", ("NONE", "REVIEW", "EITHER"))
# The agency's own fonts for letters, as fontconfig names them; a free one with rare characters always follows.
PDF_SERIF_FONTS = env.words("PDF_SERIF_FONTS", "FangSong, 仿宋_GB2312")
PDF_TITLE_FONTS = env.words("PDF_TITLE_FONTS", "FZXiaoBiaoSong-B05S, 方正小标宋简体")

# Cookies carry the path of the portal, so a neighbour on the same host never sees them.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = BASE_PATH
SESSION_ENGINE = "govportal.sessions"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "govportal_session", "govportal_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_AGE = None  # until the browser closes, like the session it guards
SECURE_SSL_REDIRECT = IS_HTTPS and env.flag("SSL_REDIRECT", True)
# Matched against the whole path without its first slash, so the portal's own path is part of it.
SECURE_REDIRECT_EXEMPT = [rf"^{re.escape(BASE_PATH[1:])}healthz$"]
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000) if IS_HTTPS else 0
# A portal at www.x.gov.cn must not force https on hosts of others: whoever answers for the domain turns these on.
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS and env.flag("HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = IS_HTTPS and env.flag("HSTS_PRELOAD")
# Hence the deployment check is not to ask for them.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

# The broker is only a bell: with REDIS_URL Redis rings it, without it files in PORTAL_HOME do.
REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 3600,
        # A Redis that is away or hangs costs whoever rings a moment and not half a minute: the sweeps find his work.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "socket_connect_timeout": 2,
        "socket_timeout": 3,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(PORTAL_HOME / "broker"),
        "data_folder_out": str(PORTAL_HOME / "broker"),
        "control_folder": str(PORTAL_HOME / "broker-control"),
        "store_processed": False,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # what a killed worker had in hand is done again
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_TASK_ANNOTATIONS = {
    "govportal.send_notices": {"soft_time_limit": 150, "time_limit": 180},
    "requests_app.render_letter": {"soft_time_limit": 150, "time_limit": 180},
    "disclosure.render_sheet": {"soft_time_limit": 150, "time_limit": 180},
    "disclosure.print_part": {"soft_time_limit": 270, "time_limit": 300},
    "disclosure.finish_print": {"soft_time_limit": 270, "time_limit": 300},
}
# KiB a worker may keep when it has done a task; above, another takes its place. A long table leaves some behind.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.integer("WORKER_MEMORY_MB", 300) * 1024
# What it may hold at most while it makes one file of the print queue; 0: no limit.
PRINT_MEMORY_MB = env.integer("PRINT_MEMORY_MB", 1024)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "govportal.send_notices": {"queue": "mail"},
    "requests_app.render_letter": {"queue": "pdf"},
    "disclosure.render_sheet": {"queue": "pdf"},
    "disclosure.print_part": {"queue": "pdf"},
    "disclosure.finish_print": {"queue": "pdf"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # worker and beat wait for a broker that is away, however long
CELERY_TIMEZONE = TIME_ZONE


def _ring(task: str, every: int, schedule: object = None) -> dict[str, object]:
    """A ring every so many seconds, which nobody need hear after the next: a worker back from a weekend finds one."""
    return {"task": task, "schedule": schedule or float(every), "options": {"expires": every}}


_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
CELERY_BEAT_SCHEDULE = {
    "send-notices": _ring("govportal.send_notices", _MINUTE),
    "remind": _ring("govportal.remind", _HOUR, crontab(hour=8, minute=30)),  # the next rings an hour later
    "remind-again": _ring("govportal.remind", _HOUR, crontab(hour="9-18", minute=0)),
    "clear-expired": _ring("govportal.clear_expired", _DAY, crontab(hour=3, minute=30)),
    "sweep-private-files": _ring("govportal.sweep_private_files", _DAY, crontab(hour=3, minute=40)),
    "publish-due": _ring("disclosure.publish_due", _MINUTE, crontab()),  # at second 0 of every minute
    "expire-due": _ring("disclosure.expire_due", 10 * _MINUTE, crontab(minute="*/10")),
    "disclosure-oblige": _ring("disclosure.oblige", _DAY, crontab(hour=0, minute=5)),
    "disclosure-clear-forms": _ring("disclosure.clear_forms", _DAY, crontab(hour=0, minute=35)),
    "requests-refresh": _ring("requests_app.refresh", _DAY, crontab(hour=0, minute=8)),
    "requests-settle-silence": _ring("requests_app.settle_silence", _DAY, crontab(hour=0, minute=12)),
    "requests-settle-publications": _ring("requests_app.settle_publications", _HOUR, crontab(minute=40)),
    "requests-purge": _ring("requests_app.purge", _DAY, crontab(hour=2, minute=10)),
    "requests-sweep-drafts": _ring("requests_app.sweep_drafts", _HOUR, crontab(minute=25)),
    "evaluation-measure": _ring("evaluation.measure_rounds", _DAY, crontab(hour=1, minute=10)),
    "accountability-purge": _ring("evaluation.purge_accountability", _DAY, crontab(hour=2, minute=14)),
    "survey-upkeep": _ring("evaluation.survey_upkeep", _DAY, crontab(hour=0, minute=16)),
    "disclosure-sweep-files": _ring("disclosure.sweep_files", _DAY, crontab(hour=0, minute=50)),
    "disclosure-print-due": _ring("disclosure.print_due", _MINUTE),
    "disclosure-sweep-prints": _ring("disclosure.sweep_prints", _DAY, crontab(hour=1, minute=5)),
}

# Without a mail server what would be sent lies in files, for whoever tries the portal; a deployment check warns.
_mail_backend = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
_mail_options: dict[str, dict[str, object]] = {
    "smtp.EmailBackend": {
        "host": env.text("EMAIL_HOST", "localhost"),
        "port": env.integer("EMAIL_PORT", 25),
        "username": env.text("EMAIL_HOST_USER"),
        "password": env.text("EMAIL_HOST_PASSWORD"),
        "use_tls": env.flag("EMAIL_USE_TLS"),
        "timeout": 20,
    },
    "filebased.EmailBackend": {"file_path": str(PORTAL_HOME / "mail")},
}
MAILERS = {
    "default": {
        "BACKEND": _mail_backend,
        "OPTIONS": next((had for name, had in _mail_options.items() if _mail_backend.endswith(f".{name}")), {}),
    }
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"noreply@{_base.hostname}")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "govportal"}}
PAGE_CACHE_BYTES = env.integer("PAGE_CACHE_MB", 64) * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "政务公开开放接口",
    "DESCRIPTION": "只读接口，与网页使用同一筛选条件。",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"secrets": {"()": "govportal.log_secrets.SecretAddresses"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "root": {"handlers": ["stderr"], "level": env.choice("LOG_LEVEL", "WARNING", LOG_LEVELS)},
    "loggers": {
        "govportal": {"level": "INFO"},
        "disclosure": {"level": "INFO"},
        # A line for every wrong address of every robot would bury the rest; proxies count them.
        "django.request": {"level": "ERROR"},
    },
}
