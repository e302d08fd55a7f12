"""A statement: one attribute of one record, with its value, before it has a place."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Statement:
    """What one model field says of its record, in the words of the facts table (see docs/facts.md).

    `field` is the model field that provenance and discrepancies point to; `attribute` is the public name.
    `value` is the number as printed or a short canonical text; empty statements are never made.
    `extras` fills the other columns of the facts table (scale, site, method, day, …).
    """

    field: str
    attribute: str
    value: str
    operator: str = ""
    unit: str = ""
    denominator: int | None = None
    extras: dict[str, Any] = field(default_factory=dict)
