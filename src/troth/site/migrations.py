"""Migrations that survive a kill: each is applied and recorded in one transaction."""

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState


class DurableExecutor(MigrationExecutor):
    """Record a migration in the transaction that applies it.

    Django does so only for a migration that leaves no SQL for its end (indexes, foreign keys);
    another is recorded after its commit. A process killed between the two would leave tables
    that the next start makes again, and never starts.
    """

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        fake_initial: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> ProjectState:
        """Apply one migration; returns the state of the models after it."""
        if fake or fake_initial or migration.replaces or not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            while editor.deferred_sql:
                editor.execute(editor.deferred_sql.pop(0), None)
            self.recorder.record_applied(migration.app_label, migration.name)
        return state
