"""Two threads may read a type for the first time at once, as it was made ready before."""

import ast
import re
import subprocess
import sys
from typing import Final

from tests.services.server import environment
from tests.sources import ROOT, SOURCE, nodes, source_files, tree

ALONE: Final = re.compile(r"^(cli/|site/config\.py)")
"""What runs before there are threads."""
READ_BY: Final = {"shape": "*ENTRIES.values()"}
"""By which name in a function the types are meant that are made ready under another."""
READ: Final = """
import sys, threading, types, msgspec
from troth.policy.ready import ready

sys.setswitchinterval(1e-6)
TEXT = '''
import msgspec
class In(msgspec.Struct):
    a: 'str'
    b: 'dict[str, str | int | float | bool | None]'
class Out(msgspec.Struct):
    many: 'tuple[In, ...]'
    one: 'In | None' = None
'''
found = []
for n in range(50):
    module = sys.modules[f"made{n}"] = types.ModuleType(f"made{n}")
    exec(TEXT, module.__dict__)
    whole, start = module.Out, threading.Barrier(8)
    ready(whole)

    def read():
        start.wait()
        found.append(msgspec.json.decode(b'{"many":[{"a":"x","b":{"y":1}}]}', type=whole))

    threads = [threading.Thread(target=read) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print(sum(one.many[0].b["y"] for one in found))
"""


def test_threads_that_read_a_type_at_once_read_it() -> None:
    """Without `ready` this ends by a signal, each time (msgspec 0.22)."""
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "400"), done.stderr[-500:]


def test_a_type_is_read_only_once_it_was_made_ready() -> None:
    wrong = []
    for path in source_files():
        if ALONE.search(path.relative_to(SOURCE).as_posix()):
            continue
        body = map(ast.unparse, tree(path).body)
        made = " ".join(line for line in body if line.startswith("ready("))
        for node in nodes(path):
            if isinstance(node, ast.Call) and _reads_another(node, made):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert wrong == []


def _reads_another(call: ast.Call, made: str) -> bool:
    """Tell whether a call reads a type that is not among those made ready."""
    called = ast.unparse(call.func)
    if called.endswith("json.decode"):
        return any(word.arg == "type" for word in call.keywords)
    if called in {"convert", "msgspec.convert"}:
        read = ast.unparse(call.args[1])
        return READ_BY.get(read, read) not in made
    return False
