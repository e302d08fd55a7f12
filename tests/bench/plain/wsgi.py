"""The door of the plain app."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.plain.settings")
application = get_wsgi_application()
