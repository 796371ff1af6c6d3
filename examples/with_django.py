"""Django: a form, sent to Troth: `django-admin runserver --settings=with_django`."""

import os

from django.http import JsonResponse
from django.urls import path
from troth_client import RefusedError, Troth

SECRET_KEY, ROOT_URLCONF, ALLOWED_HOSTS = os.urandom(32).hex(), __name__, ["localhost"]
troth = Troth(os.environ["TROTH_URL"], key=os.environ["TROTH_KEY"])


def profile(request, user):
    try:
        given = request.POST.dict()
        taken = troth.record(user, "account", given, purpose="account", new=True)
        return JsonResponse({"record": taken.id, "statement": taken.statement})
    except RefusedError as no:
        return JsonResponse({"why": no.detail, "statement": no.statement}, status=no.status)


urlpatterns = [path("profile/<user>", profile)]
