"""The people who curate."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account for curators and reviewers; readers need none. Our own from the first migration, so it can grow."""
