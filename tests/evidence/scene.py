"""When things happen in the tests of evidence."""

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NOW: Final = START + timedelta(days=20)
