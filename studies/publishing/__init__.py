"""The one door between what curators enter and what the public sees."""

from .door import Problem, Refused, publish, publish_all, publish_vocabularies

__all__ = ["Problem", "Refused", "publish", "publish_all", "publish_vocabularies"]
