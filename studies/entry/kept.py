"""What is typed and not saved, for each opened page: kept, offered, taken up again, ended by saving."""

import re
import secrets
from dataclasses import dataclass

from django.http import QueryDict

from ..models import Reading, Report, Typed

TAB = re.compile(r"[0-9a-f]{16}")


def new_tab() -> str:
    """A name for a page that is being opened."""
    return secrets.token_hex(8)


@dataclass
class Keeping:
    """The kept texts of one page of one curator: of a report, of a reading, or of the start of a case."""

    user: object
    page: str
    report: Report | None = None
    reading: Reading | None = None

    @property
    def texts(self):
        return Typed.objects.filter(user=self.user, page=self.page, report=self.report, reading=self.reading)

    def keep(self, tab: str, body: str) -> Typed | None:
        """Keep what is typed into an opened page, in place of what was kept of it and of those it carries on."""
        if not TAB.fullmatch(tab):
            return None
        self.end(tabs_of(QueryDict(body)))
        values = {"page": self.page, "report": self.report, "reading": self.reading, "body": body}
        return Typed.objects.update_or_create(user=self.user, tab=tab, defaults=values)[0]

    def restored(self, tab: str) -> tuple[Typed | None, QueryDict | None]:
        """What was kept of an opened page, as fields of a page that is opened now and carries it on."""
        typed = self.texts.filter(tab=tab).first()
        if typed is None:
            return None, None
        data = QueryDict(typed.body, mutable=True)
        data["tab"] = new_tab()
        data.setlist("carries", sorted({*data.getlist("carries"), tab}))
        return typed, data

    def end(self, tabs: list[str]):
        """Forget what was kept of opened pages: it was saved, or thrown away."""
        self.texts.filter(tab__in=tabs).delete()


def tabs_of(data: QueryDict | None) -> list[str]:
    """The opened page that sends these fields, and those whose texts it carries on; none of a page that was just asked
    for."""
    if not data:
        return []
    return [tab for tab in (data.get("tab", ""), *data.getlist("carries")) if TAB.fullmatch(tab)]
