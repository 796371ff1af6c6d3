"""What the controls of protection say where nothing is broken, and that sabotages are undone."""

import shutil
from datetime import datetime, timedelta

import pytest
from django.urls import get_resolver

from tests.evidence.scene import NOW, policy_of, statement
from troth.evidence.prove import attempt
from troth.policy.promise import Control, Evidence, Sabotage, Verdict
from troth.policy.promise import Store as AnyStore
from troth.policy.words import Message, StatementId
from troth.protection import canary, examinations_backup, examinations_purpose, examinations_sealed
from troth.protection.models import Backup
from troth.site import console_urls, strangers
from troth.site.sabotages import page_guarded, page_open
from troth.store import Store, Tx
from troth.versions import facts

POLICY = policy_of(statement("one", "a"))


def test_without_a_backup_nothing_is_proven(stored: Store) -> None:
    Backup.objects.all().delete()
    found = examinations_backup.examine(stored.alias, NOW)
    assert (found.verdict, found.why.template) == ("unproven", examinations_backup.NONE_YET)


def test_a_backup_out_of_reach_proves_nothing(stored: Store) -> None:
    shutil.rmtree(Backup.objects.get().folder)
    found = examinations_backup.examine(stored.alias, NOW)
    assert (found.verdict, found.why.template) == ("unproven", examinations_backup.OUT_OF_REACH)


@pytest.mark.parametrize(("later", "verdict"), [(0, "kept"), (1, "broken")])
def test_a_backup_counts_for_seven_days(stored: Store, later: int, verdict: Verdict) -> None:
    last = Backup.objects.get().at + timedelta(days=7)
    found = examinations_backup.examine(stored.alias, last + timedelta(seconds=later))
    assert found.verdict == verdict


def test_the_canary_is_planted_once(stored: Store) -> None:
    tx = Tx(stored.alias, NOW, "system")
    first = canary.planted(tx)
    canary.plant(tx)
    tx.pending.flush(stored.alias)
    assert first is not None
    assert canary.planted(tx) == first


def test_without_a_canary_nothing_is_proven(stored: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "word", lambda field: f"another{field}".ljust(canary.DIGITS, "0"))
    assert examinations_sealed.examine(stored.alias, NOW).verdict == "unproven"


def test_a_policy_that_is_not_at_hand_leaves_decisions_unproven(
    stored: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examinations_purpose.examine(stored.alias, NOW).verdict == "kept"
    monkeypatch.setattr(facts, "all_files", lambda _alias: {})
    assert examinations_purpose.examine(stored.alias, NOW).verdict == "unproven"


def test_every_page_of_the_console_is_guarded_unless_it_is_named() -> None:
    routes = {page.route for page in strangers.guarded()}
    console = {f"console/{one.pattern}" for one in console_urls.urlpatterns}
    assert console - routes == {
        "console/owner/<str:token>",
        "console/sign-in",
        "console/sign-out",
    }
    assert all("<" not in page.path for page in strangers.guarded())


def test_every_public_address_there_is_stands_in_the_list() -> None:
    known = {route for route, _ in strangers._walk(get_resolver(), "")}  # noqa: SLF001 - what is compared
    assert set(strangers.PUBLIC) <= known


@pytest.mark.django_db
def test_a_page_is_guarded_until_somebody_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {route: why for route, why in strangers.PUBLIC.items() if route != "console/sign-in"}
    assert strangers.examine("default", NOW).verdict == "kept"
    monkeypatch.setattr(strangers, "PUBLIC", named)
    found = strangers.examine("default", NOW)
    assert found.verdict == "broken"
    assert found.samples[0] == "GET /console/sign-in: 200"


@pytest.mark.django_db
def test_a_page_without_its_guard_opens_until_it_is_put_back() -> None:
    assert strangers.fetch("GET", "/console/ledger")[0] == strangers.FOUND
    page_open(Store())
    try:
        assert strangers.fetch("GET", "/console/ledger")[0] == 200
    finally:
        page_guarded(Store())
    assert strangers.fetch("GET", "/console/ledger")[0] == strangers.FOUND


@pytest.mark.django_db
def test_a_stranger_with_a_token_for_forms_is_stopped_by_the_guard_alone() -> None:
    status, target = strangers.fetch("POST", "/console/jobs/1/again")
    assert (status, target.partition("?")[0]) == (strangers.FOUND, "/console/sign-in")


@pytest.mark.parametrize("stumbles", [False, True])
def test_what_a_transaction_does_not_undo_is_undone_always(stored: Store, stumbles: bool) -> None:  # noqa: FBT001 - a case
    done: list[str] = []

    def commit(_store: AnyStore) -> None:
        done.append("committed")
        if stumbles:
            raise RuntimeError("stumbled")

    def undo(_store: AnyStore) -> None:
        done.append("undone")

    def examine(_store: AnyStore, _now: datetime) -> Evidence:
        verdict: Verdict = "broken" if done[-1:] == ["committed"] else "kept"
        return Evidence("a", verdict, 1, NOW, Message("It is so."))

    sabotage = Sabotage("a.outside", frozenset({StatementId("one")}), commit, undo)
    control = Control("a", Message("A thing."), timedelta(hours=1), examine, (sabotage,))
    trial = attempt(stored, POLICY, NOW, control, sabotage, (control,))
    assert done == ["committed", "undone"]
    assert trial.caught is not stumbles
