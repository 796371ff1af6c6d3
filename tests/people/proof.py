"""Who has proved of late who she is, for tests that are about what comes after."""

import time
from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.test import Client

from troth.people import reauth


def prove(client: Client, ago: timedelta = timedelta()) -> None:
    """Have whoever is signed in be confirmed, by a proof of just now or of so long ago."""
    session = client.session
    session[reauth.CONFIRMED] = [int(session[SESSION_KEY]), time.time() - ago.total_seconds()]
    session.save()
