"""The product's settings, but for what a test must not touch or wait for."""

import os
import tempfile

os.environ["CARTOGRAPHER_VAR"] = os.environ.get("CARTOGRAPHER_TEST_VAR") or tempfile.mkdtemp(
    prefix="cartographer-test-"
)
# Playwright keeps a loop in the thread of the tests; nothing there is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from evidence.settings import *  # noqa: E402, F403
from evidence.settings import DATA_DIR  # noqa: E402

(DATA_DIR / "static").mkdir(exist_ok=True)
# Assets are collected by `start`; its own test and the browser tests run the real thing.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
