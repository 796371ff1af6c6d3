"""What wraps every answer: strict headers, the reader's language, limits, logs without persons."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from structlog.testing import capture_logs

from tests.server.cast import ask
from tests.server.conftest import Start
from tests.services.migrated import migrated_file
from tests.services.server import Server
from tests.versions.cast import FIRST, default_policy, propose_at
from troth.site import logs
from troth.site.language import as_lang

JSON_PATH = "/v1/policy"


@pytest.mark.django_db
def test_every_page_forbids_what_it_does_not_need(client: Client) -> None:
    headers = client.get("/v1/openapi.json").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("", "", "", "en"),
        ("", "", "zh-TW,en;q=0.5", "zh-hans"),
        ("", "", "fr,zh;q=0.1", "zh-hans"),
        ("", "", "zh;q=0,en", "en"),
        ("", "", "en-GB,zh;q=0.9", "en"),
        ("", "zh", "en", "zh-hans"),
        ("", "xx", "zh", "zh-hans"),
        ("?lang=en", "zh", "zh", "en"),
        ("?lang=zh", "", "en", "zh-hans"),
        ("?lang=xx", "", "zh", "zh-hans"),
    ],
)
def test_the_language_is_asked_kept_or_accepted(
    client: Client, query: str, cookie: str, accepted: str, language: str
) -> None:
    propose_at(FIRST, default_policy())
    if cookie:
        client.cookies["troth-lang"] = cookie
    told = client.get(f"/v1/nothing{query}", headers={"Accept-Language": accepted})
    assert told["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(told["Vary"].split(", "))
    assert not told.cookies


@pytest.mark.parametrize(
    ("code", "lang"),
    [("zh", "zh"), ("zh-Hant-HK", "zh"), ("ZH_cn", "zh"), ("en-US", "en"), ("fr", None)],
)
def test_each_variant_of_a_language_is_read_as_it(code: str, lang: str | None) -> None:
    assert as_lang(code) == lang


@pytest.mark.django_db
def test_a_log_line_names_the_route_and_nobody(client: Client) -> None:
    with capture_logs() as written:
        client.get(f"{JSON_PATH}?version=somebody@example.com", REMOTE_ADDR="192.0.2.77")
    line = json.dumps(written)
    assert "v1/policy" in line
    assert "somebody" not in line
    assert "192.0.2.77" not in line


@pytest.mark.django_db
def test_a_request_id_is_taken_over_only_if_it_is_one(client: Client) -> None:
    told = client.get("/v1/openapi.json", headers={"X-Request-ID": "abcdefgh-1234"})
    assert told["X-Request-ID"] == "abcdefgh-1234"
    told = client.get("/v1/openapi.json", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert "script" not in told["X-Request-ID"]


def test_libraries_log_through_the_same_formatter(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        logs.configure("json")
        logging.getLogger("a.library").warning("said")
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers = before
        root.setLevel(level)
    assert (line["event"], line["level"]) == ("said", "warning")


def test_the_first_owners_token_is_never_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Django repeats the path of a request that failed, and errors may too."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        logs.configure("json")
        path = "/console/owner/a-secret-token"
        error = RuntimeError(path)
        logging.getLogger("django.request").error("Internal Server Error: %s", path, exc_info=error)
        written = capsys.readouterr().err
    finally:
        root.handlers = before
        root.setLevel(level)
    assert "Internal Server Error: /console/owner/…" in written
    assert "RuntimeError" in written
    assert "a-secret-token" not in written


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of raw requests."""
    migrated_file(data := tmp_path_factory.mktemp("edge") / "data")
    running = Server(data).wait()
    yield running
    running.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "A body may have 1000000 bytes."),
        ("zh-CN,zh;q=0.9", "正文至多 1000000 字节。"),
        ("xx", "A body may have 1000000 bytes."),
    ],
)
def test_a_body_that_is_too_long_is_refused_unread(
    server: Server, language: str, says: str
) -> None:
    headers = {"Accept-Language": language}
    told = ask(f"{server.url}/v1/decisions", b"0" * 1_000_001, headers)
    assert (told.status, told.json["detail"]) == (413, says)
    assert told.headers["Content-Type"] == "application/problem+json"


@pytest.mark.slow
def test_a_body_of_unknown_length_is_refused(server: Server) -> None:
    """By a bare socket: the server answers before the body, and a client may find it closed."""
    where = urlsplit(server.url)
    assert where.hostname is not None
    with socket.create_connection((where.hostname, where.port or 80), timeout=30) as told:
        told.sendall(
            b"POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        assert told.recv(64).startswith(b"HTTP/1.1 411 ")


@pytest.mark.slow
def test_another_host_name_is_refused(server: Server) -> None:
    assert ask(f"{server.url}{JSON_PATH}").status == 200
    assert ask(f"{server.url}{JSON_PATH}", headers={"Host": "evil.example.com"}).status == 400
    assert "Traceback" not in server.output
    assert "evil.example.com" not in server.output


@pytest.mark.slow
def test_behind_https_cookies_and_headers_are_strict(tmp_path: Path, start: Start) -> None:
    data = tmp_path / "data"
    migrated_file(data)
    (data / "troth.toml").write_text(
        'url = "https://privacy.example.com"\ntrusted_proxies = ["127.0.0.1"]\n'
    )
    running = start().wait()
    sent = {"Host": "privacy.example.com", "X-Forwarded-Proto": "https"}
    told = ask(f"{running.url}/console/sign-in", headers=sent)
    assert "max-age=31536000" in told.headers["Strict-Transport-Security"]
    for cookie in told.headers.get_all("Set-Cookie") or []:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
    assert running.owner_link.startswith("https://privacy.example.com/console/owner/")
