"""A real HTTP server on this machine in the place of the three services; a test says what it answers."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from studies.importers import client

from . import library_answers as answers

XML, JSON = "text/xml; charset=UTF-8", "application/json"


class Reply:
    """One answer: its status, body and headers; `short` cuts the body off, `seconds` and `drip` make it slow."""

    def __init__(self, body="", kind=JSON, status=200, seconds=0.0, short=0, drip=0.0, **headers):
        self.body = body.encode() if isinstance(body, str) else body
        self.kind, self.status, self.seconds, self.short, self.drip = kind, status, seconds, short, drip
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Library:
    """What was asked, and what is answered next; the last answer is given again."""

    def __init__(self):
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.replies: list[Reply] = []
        self.by_path = {
            "/pubmed/efetch.fcgi": Reply(answers.pubmed(answers.article()), XML),
            "/pubmed/esearch.fcgi": Reply(answers.search([answers.PMID])),
            "/crossref/": Reply(answers.work()),
            "/trials/": Reply(answers.study()),
        }

    def next(self, path: str) -> Reply:
        if self.replies:
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return next(reply for start, reply in self.by_path.items() if path.startswith(start))


@contextmanager
def library_at_work(settings, monkeypatch):
    """A running server; the product's addresses point to it and its waits are short."""
    library = Library()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            library.asked.append(self.path)
            library.agents.append(self.headers["User-Agent"])
            reply = library.next(self.path)
            time.sleep(reply.seconds)
            try:
                self.send_response(reply.status)
                if reply.kind:
                    self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                body = reply.body[: len(reply.body) - reply.short]
                for start in range(0, len(body), 50 if reply.drip else len(body) or 1):
                    self.wfile.write(body[start : start + (50 if reply.drip else len(body))])
                    time.sleep(reply.drip)
            except (BrokenPipeError, ConnectionResetError):
                pass  # who asked has given up, as it should
            self.close_connection = True

        def log_message(self, *args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    settings.IMPORT_SERVICES = {
        "PubMed": {"address": f"{base}/pubmed/", "seconds_between": 0.0},
        "Crossref": {"address": f"{base}/crossref/", "seconds_between": 0.0},
        "ClinicalTrials.gov": {"address": f"{base}/trials/", "seconds_between": 0.0},
    }
    monkeypatch.setattr(client, "READ_SECONDS", 0.4)
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(client, "MOST_BYTES", 200_000)
    try:
        yield library
    finally:
        server.shutdown()
        server.server_close()
