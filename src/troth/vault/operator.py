"""Another operator's key: all it wraps is wrapped anew, while the server goes on.

In a file, the new key stands beside the old one until everything is wrapped by it; both are tried
meanwhile, so cut short anywhere the next call goes on.
"""

from collections.abc import Callable

from troth.policy.words import Message, mark
from troth.vault.boxes import new_key
from troth.vault.durable import overwrite, replace_file, sync_folder
from troth.vault.errors import KeyStoreError
from troth.vault.source import FINGERPRINT_BYTES, OperatorKey, read_key, write_key
from troth.vault.store import SECRETS, KeyStore, open_store, wrap

Progress = Callable[[int, int], None]


def rotate_operator_key(new: OperatorKey | None = None, progress: Progress | None = None) -> None:
    """Wrap everything by `new`, which its own source keeps; by None: by a fresh key in the file.

    Raises KeyStoreError.
    """
    store = open_store()
    if new is None and not store.source.is_file:
        raise KeyStoreError(
            Message(
                mark(
                    "The operator's key comes from a variable or a command, so the new one must"
                    " too: name it with --to-env, --to-command or --to-file."
                )
            )
        )
    with store.rotating():
        _rotate(store, new, progress or (lambda _done, _total: None))


def _rotate(store: KeyStore, new: OperatorKey | None, tell: Progress) -> None:
    if new is not None:
        store.learn(new)
        _wrap_all(store, new, tell)
        if (
            store.source.file.exists()
            and read_key(store.source.file).fingerprint != new.fingerprint
        ):
            overwrite(store.source.file)
            store.source.file.unlink()
            sync_folder(store.source.file.parent)
        return
    if not store.source.next_file.exists():
        write_key(store.source.next_file, OperatorKey(new_key()), only_if_new=True)
    _wrap_all(store, read_key(store.source.next_file), tell)
    if store.source.file.exists():
        overwrite(store.source.file)
    store.source.next_file.replace(store.source.file)
    sync_folder(store.source.file.parent)


def _wrap_all(store: KeyStore, new: OperatorKey, progress: Progress) -> None:
    files = [store.generation_file(number) for number in store.generations()]
    total = len(files) + len(SECRETS)
    progress(0, total)
    for done, file in enumerate(files, start=1):
        wrapped = file.read_bytes()
        destroyed = not wrapped.strip(b"\0")
        if not destroyed and wrapped[:FINGERPRINT_BYTES] != new.fingerprint:
            name = f"generation {file.name}"
            replace_file(file, wrap(new, name, store.unwrap(wrapped, name)))
        progress(done, total)
    with store.transaction() as run:
        for name in SECRETS:
            row = run("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
            secret = store.unwrap(bytes(row[0]), name)
            run("UPDATE meta SET value = ? WHERE name = ?", (wrap(new, name, secret), name))
    store.truncate_log()
    progress(total, total)
