"""The rules of the house: who imports whom, what is pure, how large a thing may be."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from tests.sources import ROOT, SOURCE, nodes, python_files, source_files, tree

PURE: Final = ("policy", "gate")
CHAPTERS: Final = frozenset(
    {"collection", "cookies", "disclosure", "protection", "incidents", "revision"}
)
LAYERS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"policy"}),
    frozenset({"gate"}),
    frozenset({"store", "wire"}),
    frozenset({"vault"}),
    frozenset({"ledger"}),
    frozenset({"versions"}),
    frozenset({"people"}),
    frozenset({"sites"}),
    frozenset({"consent"}),
    frozenset({"access"}),
    frozenset({"notices"}),
    frozenset({"egress"}),
    CHAPTERS,
    frozenset({"intake"}),
    frozenset({"evidence"}),
    frozenset({"site"}),
    frozenset({"cli"}),
)
IMPURE_MODULES: Final = frozenset(
    "asyncio django glob http importlib io logging os pathlib psycopg random secrets shutil smtplib"
    " socket sqlite3 ssl subprocess sys tempfile threading time urllib.request uuid".split()
)
IMPURE_CALLS: Final = re.compile(
    r"^(open|input|print|exec|eval|__import__|(datetime|date)\.(now|today|utcnow)|.*\.(read|write)_(text|bytes))$"
)
NETWORK_CLIENTS: Final = frozenset(
    "aiohttp ftplib http.client httpx nats requests smtplib telnetlib"
    " urllib.request urllib3 websockets".split()
)
FUNCTION_LINES_MAX: Final = 70
FILE_LINES_MAX: Final = 400
DRAWERS: Final = re.compile(r"^(utils?|helpers?|misc|common|shared|lib|tools)$")


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each imported module's full name with its line, inside functions too."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            module = node.module or ""
            parts = [f"{module}.{alias.name}" for alias in node.names]
            if not all(map(is_module, parts)):
                yield module, node.lineno
            yield from ((part, node.lineno) for part in parts)


def is_module(name: str) -> bool:
    """Tell whether `from package import name` brings a module of ours, not a thing inside one."""
    path = SOURCE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def layer(package: str) -> int:
    return next(i for i, names in enumerate(LAYERS) if package in names)


def packages() -> list[str]:
    return sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def test_each_package_has_its_place_in_the_order() -> None:
    known = frozenset().union(*LAYERS)
    assert set(packages()) <= known


def test_a_package_imports_only_what_stands_before_it() -> None:
    wrong = []
    for path in source_files():
        own = path.relative_to(SOURCE).parts[0]
        for name, line in imports(path):
            parts = name.split(".")
            if parts[0] != "troth" or len(parts) < 2 or own.endswith(".py") or parts[1] == own:
                continue
            if parts[1].startswith("__") or not (SOURCE / parts[1]).is_dir():
                continue
            if layer(parts[1]) >= layer(own):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_does_no_io_and_knows_no_clock(package: str) -> None:
    wrong = []
    for path in (SOURCE / package).rglob("*.py"):
        for name, line in imports(path):
            if name in IMPURE_MODULES or name.split(".")[0] in IMPURE_MODULES - {"http"}:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
        for node in nodes(path):
            if isinstance(node, ast.Call) and IMPURE_CALLS.match(ast.unparse(node.func)):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {ast.unparse(node)}")
    assert wrong == []


def test_network_clients_are_imported_only_in_wire() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in source_files()
        if path.relative_to(SOURCE).parts[0] != "wire"
        for name, line in imports(path)
        if name in NETWORK_CLIENTS or name.split(".")[0] in NETWORK_CLIENTS
    ]
    assert wrong == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    names = {module_name(path): path for path in source_files()}
    graph = {
        name: {found for found, _ in imports(path) if found in names and found != name}
        for name, path in names.items()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")
    assert len(order) == len(names)


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > FILE_LINES_MAX
    }
    assert long == {}


def test_functions_stay_small() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_there_is_no_drawer_for_things_without_a_home() -> None:
    drawers = [
        str(path.relative_to(ROOT))
        for path in source_files()
        if DRAWERS.match(path.stem) or DRAWERS.match(path.parent.name)
    ]
    assert drawers == []


def test_only_the_store_opens_and_ends_transactions() -> None:
    """A verb never commits: `transact` at the edge does."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}"
        for path in source_files()
        if path.relative_to(SOURCE).parts[0] != "store"
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and re.search(r"(^|\.)(atomic|commit|rollback|set_autocommit)$", ast.unparse(node.func))
        and not ast.unparse(node.func).startswith("sabotage")
    ]
    assert wrong == []


def test_a_verb_takes_the_transaction_first_and_reads_no_clock() -> None:
    wrong = []
    for path in SOURCE.rglob("actions.py"):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                first = node.args.args[0].arg if node.args.args else ""
                if first != "tx":
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}({first})")
        for call in nodes(path):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(
                (".now", ".utcnow", ".today", "time.time")
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno} reads a clock")
    assert wrong == []


REVEALS: Final = frozenset(
    {
        "access/known.py",  # a member's own name and address, for the pages of members
        "access/notes.py",  # what members wrote, for those who decide on it
        "collection/opening.py",  # what an operator's own system reads by its key, as is entered
        "consent/history.py",  # what somebody said, for who answers her
        "consent/holdings.py",  # the same, as one value of an export
        "notices/sending.py",  # the address a mail goes to, as it leaves
        "people/mail.py",  # what fills a mail, as it leaves
        "people/sealing.py",  # a text of a table of its own, for the purpose it was sealed for
        "site/typeset/cases.py",  # what the door has opened, for the page that asked
    }
)
"""Files that may open a value for good, and what for; a member sees others' by `access.view`."""


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what is called in a file, with its line."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def test_a_password_is_hashed_in_one_place_alone() -> None:
    """So that none is within a transaction, which a hash would hold up for long."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in source_files()
        if path != SOURCE / "people" / "passwords.py"
        for called, line in calls(path)
        if called.split(".")[-1] in {"make_password", "set_password"}
    ]
    assert wrong == []


def test_an_opened_value_is_revealed_only_where_that_is_its_purpose() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in source_files()
        if str(path.relative_to(SOURCE)) not in REVEALS
        for called, line in calls(path)
        if called.endswith(".reveal")
    ]
    assert wrong == []


def test_the_key_store_is_opened_in_the_vault_alone() -> None:
    """Others ask the vault; a backup copies it by the vault's own connection."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in source_files()
        if path.relative_to(SOURCE).parts[0] != "vault"
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value == "keys.db"
    ]
    assert wrong == []


def test_every_verb_enters_what_it_does() -> None:
    """A public verb records an entry itself, or by a verb it calls; housekeeping says why not."""
    wrong = []
    for path in SOURCE.rglob("actions.py"):
        functions = {
            node.name: {ast.unparse(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)}
            for node in tree(path).body
            if isinstance(node, ast.FunctionDef)
        }
        for name in functions:
            place = f"{path.parent.name}.{name}"
            if name.startswith("_") or place in ENTERS_NOTHING or enters(name, functions, set()):
                continue
            wrong.append(place)
    assert wrong == []


ENTERS_NOTHING: Final = frozenset(
    {
        "ledger.integrate",  # gives entries their index; itself it does nothing to anybody
    }
)


def enters(name: str, functions: dict[str, set[str]], seen: set[str]) -> bool:
    """Tell whether a function records an entry, itself or by another (`keep` records one)."""
    if name in seen:
        return False
    called = functions.get(name, set())
    return bool(called & {"record", "enter", "keep", "replace"}) or any(
        enters(one, functions, seen | {name}) for one in called if one in functions
    )


WRITES: Final = frozenset(
    {"create", "bulk_create", "bulk_update", "update", "delete", "save", "update_or_create"}
)
PLAIN: Final = frozenset({"digest.update"})
"""What is called like a write and is none."""
ENTERED_BY_OTHERS: Final = frozenset(
    {
        "grants.end_these",  # its callers enter which grants they end
        "holdings.erase",  # `people.bury` enters how many rows each package erased
        "members.hold",  # its callers enter the roles they give
    }
)


def test_what_changes_a_row_of_access_enters_it() -> None:
    """Access has a module for each thing its verbs are about: whoever writes there records too.

    All but sabotages, which are there to write what nothing tells of.
    """
    wrong = []
    for path in sorted((SOURCE / "access").glob("*.py")):
        if path.stem.startswith("sabotages_"):
            continue
        functions = {
            node.name: {ast.unparse(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)}
            for node in tree(path).body
            if isinstance(node, ast.FunctionDef)
        }
        for name, called in functions.items():
            writes = any(one.rpartition(".")[2] in WRITES and "." in one for one in called - PLAIN)
            place = f"{path.stem}.{name}"
            if name.startswith("_") or place in ENTERED_BY_OTHERS:
                continue
            if writes and not enters(name, functions, set()):
                wrong.append(place)
    assert wrong == []


def test_who_may_do_what_is_decided_in_one_place() -> None:
    """The table of roles and actions is asked by `access.objects` alone, one function a type."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in source_files()
        if path.relative_to(SOURCE).as_posix() not in {"access/objects.py", "access/allowed.py"}
        for name, line in imports(path)
        if name.startswith("troth.access.allowed")
    ]
    assert wrong == []


VIEW_SUBJECTS: Final = frozenset({"request", "form", "isinstance", "len", "str", "any", "all"})


def test_a_view_decides_nothing_about_the_domain() -> None:
    """A view may ask about its request and its form, and whether something was found at all."""
    wrong = []
    for path in source_files():
        if path.stem not in {"pages", "api"} and path.parent.name != "pages":
            continue
        for node in nodes(path):
            if isinstance(node, ast.If | ast.IfExp) and not about_the_request(node.test):
                wrong.append(
                    f"{path.relative_to(ROOT)}:{node.test.lineno} if {ast.unparse(node.test)}"
                )
    assert wrong == []


def about_the_request(test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp):
        return all(map(about_the_request, test.values))
    if isinstance(test, ast.UnaryOp):
        return about_the_request(test.operand)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot):
        return True
    roots = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    return not VIEW_SUBJECTS.isdisjoint(roots)
