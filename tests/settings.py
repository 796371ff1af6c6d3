"""Django's settings under test: a fresh data folder, and the database the run asks for.

`TROTH_TEST_DATABASE=postgres` runs the same tests on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile

from tests.services import memory, postgres, shared

if memory.fits():
    os.environ["TMPDIR"] = str(memory.FOLDER)
    tempfile.tempdir = None  # is looked up again

if shared.VARIABLE not in os.environ:
    shared.begin()

if "PYTEST_XDIST_WORKER" in os.environ or "TROTH_DATA" not in os.environ:
    _data = tempfile.mkdtemp(prefix="troth-test-")
    os.environ["TROTH_DATA"] = _data
    atexit.register(shutil.rmtree, _data, ignore_errors=True)

if os.environ.get("TROTH_TEST_DATABASE") == "postgres":
    os.environ["TROTH_DATABASE"] = postgres.url()

# Where it is set, each of the hundreds of processes the tests start compiles all it imports anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Playwright keeps an event loop in the main thread, where Django would refuse to open its database;
# each test waits for one of the two at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from troth.site.settings import *  # noqa: F403 - read only once the environment stands

PASSWORD_HASHERS = ["tests.services.passwords.QuickArgon2PasswordHasher"]
