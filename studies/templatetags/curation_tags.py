"""What the first page of the admin tells a curator."""

from django import template

from ..models import ProblemReport
from ..models.choices import ProblemState

register = template.Library()


@register.simple_tag
def open_problems() -> int:
    """How many reports of readers nobody has answered yet."""
    return ProblemReport.objects.filter(state=ProblemState.OPEN).count()
