"""Start the evidence base: check, migrate, load into an empty base, serve. What `make run` calls."""

import os
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Check, migrate, load the evidence into an empty base, and serve it with the production server."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", default="8000")
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *, port, workers, **options):
        port = self._port(port)
        self._data_folder()
        try:
            self._not_from_the_future()
            call_command("migrate", verbosity=0, interactive=False)
            call_command("load_evidence", if_empty=True, stdout=self.stdout)
            call_command("render_evidence", if_older=True, stdout=self.stdout)
            call_command("load_readings", stdout=self.stdout)
        except DatabaseError as error:
            raise CommandError(self._database_trouble(error)) from error
        call_command("collectstatic", verbosity=0, interactive=False)
        connection.close()
        self.stdout.flush()
        os.environ["CARTOGRAPHER_ADDRESS"] = f"http://{HOST}:{port}"
        os.execv(  # noqa: S606  (our own interpreter, no shell)
            sys.executable,
            [sys.executable, "-m", "gunicorn", "evidence.wsgi:application", "--config", "python:evidence.server",
             "--bind", f"{HOST}:{port}", "--workers", str(workers)],
        )  # fmt: skip

    def _port(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
            raise CommandError(f"PORT={text} is not a port: give a whole number from 1 to 65535.")
        port = int(text)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except PermissionError as error:
                raise CommandError(f"Port {port} is not allowed for this user: take one above 1023.") from error
            except OSError as error:
                raise CommandError(
                    f"Port {port} is in use. Stop what listens there, or take another: make run PORT={port + 1}"
                ) from error
        return port

    def _data_folder(self):
        folder = settings.DATA_DIR
        if not os.access(folder, os.W_OK | os.X_OK):
            raise CommandError(
                f"The data folder {folder} cannot be written to. Make it writable, "
                "or set CARTOGRAPHER_VAR to a folder that is."
            )

    def _not_from_the_future(self):
        """Refuse a database that a newer version has migrated: this code would not know its columns."""
        known = set(MigrationLoader(None).disk_migrations)
        applied = set(MigrationRecorder(connection).applied_migrations())
        newer = sorted(f"{app}.{name}" for app, name in applied - known if app == "studies")
        if newer:
            raise CommandError(
                f"The database comes from a newer version of CARTographer (it has {', '.join(newer)}). "
                "Update the code, or point CARTOGRAPHER_VAR or DATABASE_URL at another database."
            )

    def _database_trouble(self, error: Exception) -> str:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if os.environ.get("DATABASE_URL"):
            return f"The database named by DATABASE_URL does not answer as it should: {first}"
        name = settings.DATABASES["default"]["NAME"]
        return f"The database {name} cannot be used: {first}. Is the folder writable and the disk not full?"
