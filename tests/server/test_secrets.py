"""Secrets are made once, whole, and for their owner's eyes alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from troth.site.secrets import FOLDER, SECRET_KEY, peek_secret_key, secret_key


def test_a_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    made = secret_key(tmp_path)
    assert len(made) == 64
    assert secret_key(tmp_path) == made
    assert peek_secret_key(tmp_path) == made


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    secret_key(tmp_path)
    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / FOLDER / SECRET_KEY).stat().st_mode & 0o777 == 0o600


def test_many_who_start_at_once_get_the_same_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(secret_key, [tmp_path] * 64))
    assert len(made) == 1
    assert [file.name for file in (tmp_path / FOLDER).iterdir()] == [SECRET_KEY]


def test_looking_for_a_secret_makes_none(tmp_path: Path) -> None:
    assert peek_secret_key(tmp_path) != peek_secret_key(tmp_path)
    assert not (tmp_path / FOLDER).exists()
