"""What the pages share on which typed text is kept until it is saved (templates/admin/enter/kept.html, kept.js)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from ..entry.kept import Keeping, new_tab, tabs_of


def restored_of(request, keeping: Keeping):
    """What was kept and is asked for, with its fields."""
    return keeping.restored(request.GET.get("typed", "")) if request.method == "GET" else (None, None)


def kept_of(request, keeping: Keeping, typed_at: str, data, restored=None) -> dict:
    """What a page needs so that what is typed into it is kept: its name, and what was kept before. `typed_at` is the
    address that keeps it."""
    tabs = tabs_of(data) or [new_tab()]
    return {
        "tab": tabs[0],
        "carries": tabs[1:],
        "typed_at": f"{typed_at}?page={keeping.page}",
        "kept_texts": [typed for typed in keeping.texts if typed.tab not in tabs],
        "restored": restored,
        "saved": request.GET.get("saved", ""),
    }


def taken(request, keeping: Keeping, page: str):
    """Keep what was sent of an opened page, or throw away what was kept of one and go back to it.

    A page whose curator has signed out since is refused: its text is nobody else's.
    """
    if "forget" in request.POST:
        keeping.end([request.POST["forget"]])
        return redirect(page)
    if request.GET.get("user") != str(request.user.pk):
        raise PermissionDenied
    kept = keeping.keep(request.GET.get("tab", ""), request.body.decode("utf-8", "replace"))
    return HttpResponse(status=204 if kept else 400)
