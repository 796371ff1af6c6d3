"""Addresses of the console: of mail, how it is worded and what could not be delivered."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import mail

urlpatterns: list[URLPattern | URLResolver] = [
    path("mail", mail.mails, name="mail"),
    path("mail/outbox/<row:row>/again", mail.again, name="mail-again"),
    path("mail/outbox/<row:row>/let-go", mail.drop, name="mail-drop"),
    path("mail/<str:name>", mail.wording, name="mail-wording"),
    path("mail/<str:name>/restore", mail.back, name="mail-restore"),
    path("mail/<str:name>/trial", mail.trial, name="mail-trial"),
]
