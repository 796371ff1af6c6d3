"""Another operator's key: all it wraps is wrapped anew, while the server goes on.

In a file, the new key stands beside the old one until everything is wrapped by it; both are tried
meanwhile, so cut short anywhere the next call goes on.
"""

from collections.abc import Callable
from typing import Final

from troth.vault.boxes import new_key
from troth.vault.durable import overwrite, replace_file, sync_folder
from troth.vault.source import FINGERPRINT_BYTES, OperatorKey, read_key, write_key
from troth.vault.store import GENERATIONS, KeyStore, open_store, wrap

SECRETS: Final = ("signing", "index", "drill")
Progress = Callable[[int, int], None]


def rotate_operator_key(new: OperatorKey | None = None, progress: Progress | None = None) -> None:
    """Wrap everything by `new`, which its own source keeps; by None: by a fresh key in the file.

    Raises KeyStoreError.
    """
    store = open_store()
    tell = progress or (lambda _done, _total: None)
    if new is not None:
        _wrap_all(store, new, tell)
        if store.source.is_file and store.source.file.exists():
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
    files = sorted(f for f in (store.folder / GENERATIONS).iterdir() if f.name.isdigit())
    total = len(files) + len(SECRETS)
    progress(0, total)
    for done, file in enumerate(files, start=1):
        wrapped = file.read_bytes()
        if wrapped[:FINGERPRINT_BYTES] != new.fingerprint:
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
