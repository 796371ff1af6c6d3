"""Addresses of the console: of requests, cases, the access map and the record of access."""

from django.urls import URLPattern, URLResolver, path

from troth.site.pages import access, cases, record

urlpatterns: list[URLPattern | URLResolver] = [
    path("access", access.start, name="access"),
    path("access/ask", access.ask, name="access-ask"),
    path("access/requests", access.requests, name="requests"),
    path("access/requests/<row:row>", access.grant, name="grant"),
    path("access/requests/<row:row>/decide", access.decide, name="grant-decide"),
    path("access/requests/<row:row>/end", access.end, name="grant-end"),
    path("access/many/<row:row>", record.bulk_page, name="bulk"),
    path("access/glass", access.break_glass, name="glass"),
    path("access/glass/<row:row>", access.review, name="glass-review"),
    path("access/cases", cases.cases, name="cases"),
    path("access/cases/<row:row>", cases.case, name="case"),
    path("access/cases/<row:row>/take", cases.take, name="case-take"),
    path("access/cases/<row:row>/give", cases.assign, name="case-give"),
    path("access/cases/<row:row>/leave", cases.leave, name="case-leave"),
    path("access/cases/<row:row>/close", cases.close, name="case-close"),
    path("access/persons/<slug:name>", cases.subject, name="subject"),
    path("access/map", record.map_page, name="access-map"),
    path("access/record", record.record, name="record"),
    path("access/record/export", record.ask_export, name="record-ask"),
    path("access/record/export/<row:row>", record.export, name="record-export"),
]
