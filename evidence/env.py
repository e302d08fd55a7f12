"""What the environment decides: the folder for data, the secret, the database, the hosts. Read once, by settings.py."""

import os
import re
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes or on."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def count(name: str) -> int:
    """A whole number, 0 where it is not set."""
    text = os.environ.get(name, "0").strip()
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is not a whole number: “{text}”.")
    return int(text)


def data_dir() -> Path:
    """The folder of the embedded database and the secret: `var/`, or CARTOGRAPHER_VAR. It is made on first use."""
    folder = Path(os.environ.get("CARTOGRAPHER_VAR") or BASE_DIR / "var")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot make the data folder {folder} ({error.strerror}). "
            "Make it writable, or set CARTOGRAPHER_VAR to a folder that is."
        ) from error
    return folder


def secret_key(folder: Path) -> str:
    """SECRET_KEY from the environment, or one generated once into the data folder, readable by its owner alone."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    path = folder / "secret-key"
    try:
        if not path.exists() or not path.read_text().strip():
            # Written beside and moved into place: a start that is killed here leaves no half a secret.
            beside = path.with_name(f"secret-key.{os.getpid()}")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(50))
            beside.replace(path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot write to the data folder {folder} ({error.strerror}). "
            "Make it writable, or set CARTOGRAPHER_VAR to a folder that is."
        ) from error


def contact_email() -> str:
    """CONTACT_EMAIL, the address that PubMed, Crossref and ClinicalTrials.gov are told; empty where there is none."""
    address = os.environ.get("CONTACT_EMAIL", "").strip()
    if address and not re.fullmatch(r"[^@\s()<>]+@[^@\s()<>]+", address):
        raise ImproperlyConfigured(f"CONTACT_EMAIL is not an e-mail address: “{address}”.")
    return address


def database(folder: Path) -> dict:
    """SQLite in the data folder, or what DATABASE_URL names."""
    import dj_database_url

    url = os.environ.get("DATABASE_URL")
    if not url:
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "evidence.sqlite3"}
    else:
        try:
            config = dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
        except ValueError as error:
            raise ImproperlyConfigured(
                "DATABASE_URL is not an address of a database: write postgres://user:password@host/name."
            ) from error
    if config["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE: two writers wait for each other instead of failing half-way. WAL: readers never wait for a writer.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        config["CONN_MAX_AGE"] = None
    return config
