"""Columns that many records have, and the rules of their tables that are said in the same words."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from ..pure import partial_dates
from .choices import Basis, Operator


class PartialDateField(models.CharField):
    """A date at the precision the paper gives: “2017”, “2017-05” or “2017-10-02”."""

    description = "A date that may lack its day or month"

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if value:
            try:
                partial_dates.bounds(value)
            except ValueError as error:
                raise ValidationError(str(error)) from error


def decimal_field(**kwargs):
    """A decimal as printed, wide enough for cell doses and fine enough for transcript ratios."""
    return models.DecimalField(max_digits=24, decimal_places=8, null=True, blank=True, **kwargs)


def choice_field(choices, **kwargs):
    """A column that holds one value of a closed vocabulary, and whose constraint says so."""
    kwargs.setdefault("max_length", 32)
    field = models.CharField(choices=choices.choices, **kwargs)
    field.defined = choices  # the admin shows the definitions as help
    return field


def operator_field():
    return models.CharField(choices=Operator.choices, max_length=1, blank=True, default="=")


def low_up_to_high(low: str, high: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{low}__lte": F(high)}),
        name=f"%(class)s_{low}_up_to_{high}",
        violation_error_message=f"“{low}” must not be greater than “{high}”.",
    )


def from_low_to_high(low: str, high: str) -> models.CheckConstraint:
    """A range that has its beginning: an end alone is told by the operator “≤” of the low value."""
    return models.CheckConstraint(
        condition=Q(**{f"{high}__isnull": True}) | Q(**{f"{low}__isnull": False, f"{low}__lte": F(high)}),
        name=f"%(class)s_{low}_up_to_{high}",
        violation_error_message=f"“{high}” needs “{low}”, not greater: an end alone is a low value with ≤.",
    )


def derivation_given(name: str) -> models.CheckConstraint:
    """What is not simply stated says how it was arrived at."""
    return models.CheckConstraint(
        condition=Q(basis__in=[Basis.STATED, Basis.FIGURE]) | ~Q(derivation=""),
        name=name,
        violation_error_message="A derived fact needs its arithmetic, a judgement its reason, in “derivation”.",
    )


def one_of(names: tuple[str, ...], name: str, message: str, required: bool = True) -> models.CheckConstraint:
    """Exactly one of several foreign keys is filled; or at most one, where none is required."""
    allowed = Q()
    for chosen in names if required else (*names, None):
        allowed |= Q(**{f"{other}__isnull": other != chosen for other in names})
    return models.CheckConstraint(condition=allowed, name=name, violation_error_message=message)


def excusable(condition: Q, name: str, message: str) -> models.CheckConstraint:
    """A rule of arithmetic that holds unless a discrepancy excuses the row."""
    return models.CheckConstraint(
        condition=condition | Q(excused_by__isnull=False), name=name, violation_error_message=message
    )
