"""The people who curate."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account for curators and reviewers; readers need none. Our own from the first migration, so it can grow."""

    def known_as(self, role: str) -> str:
        """What the public history calls somebody: the role in which they acted, and the number of their account. No
        name, and so nothing that changes when an account is renamed or its groups change."""
        return f"{role} {self.pk}"
