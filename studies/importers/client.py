"""The one client for the three services that are asked: it waits, tries again and gives up within bounds, goes to no
other host, and says in a curator's words what went wrong."""

import threading
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings

from .found import ImportFailed, Source

PRODUCT = "CARTographer/0.1"
CONNECT_SECONDS, READ_SECONDS = 5, 10
ATTEMPTS = 4  # the first and three more
FIRST_PAUSE = 0.5  # seconds before the second attempt; then twice as long each time
LONGEST_PAUSE = 8  # seconds; a service that asks for more is told to the curator
MOST_BYTES = 10_000_000
REDIRECTS = 3
PASSING = {429, 500, 502, 503, 504}
REDIRECTING = {301, 302, 303, 307, 308}

_next_request: dict[str, float] = {}  # host → when this process may ask it again
_lock = threading.Lock()


class Unavailable(ImportFailed):
    """A service could not be asked, or did not answer as it should."""


class Missing(ImportFailed):
    """The service knows no such record."""


class Answer:
    """A complete answer: its bytes, and where and when they came from."""

    def __init__(self, content: bytes, content_type: str, source: Source):
        self.content, self.content_type, self.source = content, content_type, source


class Client:
    """Asks one service. `seconds` bounds all that is asked through this client, pauses included."""

    def __init__(self, service: str, seconds: float = 40):
        known = settings.IMPORT_SERVICES[service]
        self.name, self.base, self.interval = service, known["address"], known["seconds_between"]
        parts = urlsplit(self.base)
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            raise Unavailable(f"The address of {service} must start with https://; nothing was asked.")
        self.seconds, self.until = seconds, time.monotonic() + seconds
        self.session = requests.Session()
        self.session.headers["User-Agent"] = user_agent()
        self.session.headers["Accept-Encoding"] = "identity"  # what arrives is what is counted and checksummed

    def get(self, path: str, expect: str, **query) -> Answer:
        """The answer to one question. `expect` is a part of the content type it must have.

        Raises Missing where there is no such record, Unavailable for everything else that goes wrong.
        """
        address = requests.Request("GET", urljoin(self.base, path), params=query).prepare().url
        trouble = ""
        for attempt in range(ATTEMPTS):
            self._wait(max(0, self._turn()))
            try:
                status, headers, content = self._ask(address)
            except requests.exceptions.SSLError:
                raise self._failed("did not prove who it is (its certificate is not valid)") from None
            except (requests.Timeout, requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
                trouble = self._trouble(error)
                self._pause(2**attempt * FIRST_PAUSE, attempt, trouble)
                continue
            except requests.RequestException:
                raise self._failed("answered with something that is no web page at all") from None
            if status in PASSING:
                trouble = "has too many questions at once" if status == 429 else f"is out of order ({status})"
                self._pause(self._asked_to_wait(headers, 2**attempt * FIRST_PAUSE), attempt, trouble)
                continue
            if status == 404:
                raise Missing(f"{self.name} knows no such record.")
            if status != 200:
                raise self._failed(f"refused the question ({status})")
            kind = headers.get("Content-Type", "")
            if expect not in kind:
                raise self._failed(f"answered with “{kind or 'no content type'}” where {expect} was expected")
            return Answer(content, kind, Source.of(self.name, address, content))
        raise self._failed(trouble)

    def _ask(self, address: str, redirects: int = REDIRECTS) -> tuple[int, dict, bytes]:
        timeout = (min(CONNECT_SECONDS, self._left()), min(READ_SECONDS, self._left()))
        with self.session.get(address, timeout=timeout, stream=True, allow_redirects=False) as response:
            if response.status_code in REDIRECTING:
                return self._follow(address, response.headers.get("Location", ""), redirects)
            content = bytearray()
            started = time.monotonic()
            for piece in response.iter_content(65536):
                content += piece
                if len(content) > MOST_BYTES:
                    raise self._failed(f"answered with more than {MOST_BYTES // 1_000_000} million characters")
                if time.monotonic() - started > READ_SECONDS * 2 or self._left() <= 0.1:
                    raise requests.Timeout
            return response.status_code, response.headers, bytes(content)

    def _follow(self, address: str, location: str, redirects: int) -> tuple[int, dict, bytes]:
        there = urljoin(address, location)
        if urlsplit(there)[:2] != urlsplit(self.base)[:2] or not redirects:
            raise self._failed(f"sent us on to {urlsplit(there).netloc or 'nowhere'}, which was not followed")
        return self._ask(there, redirects - 1)

    # Time

    def _turn(self) -> float:
        """Seconds until this process may ask the host again; the turn is taken."""
        with _lock:
            now = time.monotonic()
            turn = max(now, _next_request.get(self.base, 0))
            _next_request[self.base] = turn + self.interval
            return turn - now

    def _left(self) -> float:
        return max(0.1, self.until - time.monotonic())

    def _wait(self, seconds: float):
        if seconds >= self.until - time.monotonic():
            raise self._failed(f"needs longer than {self.seconds:.0f} seconds for all this; ask for less at once")
        time.sleep(seconds)

    def _pause(self, seconds: float, attempt: int, trouble: str):
        if attempt + 1 == ATTEMPTS:
            return
        if seconds > LONGEST_PAUSE:
            raise self._failed(f"{trouble} and asks to wait {seconds:.0f} seconds")
        if seconds >= self.until - time.monotonic():
            raise self._failed(trouble)
        time.sleep(seconds)

    @staticmethod
    def _asked_to_wait(headers, otherwise: float) -> float:
        """Seconds of a Retry-After header, in either of its forms, but no less than we would wait anyway."""
        told = headers.get("Retry-After", "").strip()
        if told.isdecimal():
            return max(float(told), otherwise)
        try:
            return max(parsedate_to_datetime(told).timestamp() - time.time(), otherwise)
        except ValueError:
            return otherwise

    # Words

    @staticmethod
    def _trouble(error) -> str:
        if isinstance(error, requests.Timeout) or "timed out" in str(error):
            return f"did not answer within {READ_SECONDS} seconds"
        broken = isinstance(error, requests.exceptions.ChunkedEncodingError)
        return "broke off in the middle of its answer" if broken else "could not be reached"

    def _failed(self, trouble: str) -> Unavailable:
        return Unavailable(f"{self.name} {trouble}. Nothing was changed. Try again later, or import a file.")


def user_agent() -> str:
    """Product, version, and whom to write to."""
    contact = f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else "no contact given"
    return f"{PRODUCT} ({contact})"
