from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = "Evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from .roles import give_permissions

        post_migrate.connect(give_permissions, sender=self, dispatch_uid="roles")
