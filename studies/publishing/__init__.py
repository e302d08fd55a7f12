"""The one door between what curators enter and what the public sees."""

from .door import (
    Problem,
    Refused,
    publish,
    publish_all,
    publish_vocabularies,
    render_all,
    rendered_by_an_older_version,
    show_anew,
)

__all__ = [
    "Problem", "Refused", "publish", "publish_all", "publish_vocabularies", "render_all",
    "rendered_by_an_older_version", "show_anew",
]  # fmt: skip
