"""What is fetched: from the public internet alone unless a person asked, within bounds."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from troth.wire.http import FetchError, get, is_public, post

Answer = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Answer one connection after the other on a loopback port; return its address."""
    listeners: list[socket.socket] = []

    def begin(answer: Answer) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65_536)
                    answer(peer)

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield begin
    for listener in listeners:
        listener.close()


def saying(*parts: bytes) -> Answer:
    def answer(peer: socket.socket) -> None:
        for part in parts:
            peer.sendall(part)

    return answer


OK = b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "x"\r\n\r\nhello'


def test_an_answer_is_given_back(serve: Callable[[Answer], str]) -> None:
    answer = get(f"{serve(saying(OK))}/a?b=c", allow_private=True)
    assert (answer.status, answer.body, answer.etag) == (200, b"hello", '"x"')


def test_loopback_is_refused_unless_a_person_asked(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(FetchError, match="private"):
        get(serve(saying(OK)))


def test_a_body_is_posted_once_with_its_headers() -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            peer, _ = listener.accept()
            with peer, peer.makefile("rb") as read:
                head = list(iter(read.readline, b"\r\n"))
                got.extend((*head, read.read(3)))
                peer.sendall(OK)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/token"
        assert post(url, b"a=b", {"Accept": "text/plain"}, allow_private=True).body == b"hello"
        thread.join(timeout=10)
    assert got[0] == b"POST /token HTTP/1.1\r\n"
    assert b"Accept: text/plain\r\n" in got
    assert b"Content-Length: 3\r\n" in got
    assert got[-1] == b"a=b"


def test_what_is_posted_goes_to_no_private_address_and_is_told_in_no_error() -> None:
    with pytest.raises(FetchError, match="private") as refused:
        post("http://127.0.0.1:1/token?secret=made-up", b"secret=made-up", {})
    assert "made-up" not in str(refused.value)


def test_a_redirect_is_not_followed(serve: Callable[[Answer], str]) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert get(serve(saying(moved)), allow_private=True).status == 302


def test_more_than_may_be_is_refused(serve: Callable[[Answer], str]) -> None:
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    with pytest.raises(FetchError, match="more"):
        get(serve(saying(big)), allow_private=True, limit_bytes=4000)


def test_one_who_drips_is_left_after_the_time(serve: Callable[[Answer], str]) -> None:
    gone = threading.Event()

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        try:
            while not gone.wait(0.02):
                peer.sendall(b"X-A: b\r\n")
        except OSError:
            return

    with pytest.raises(FetchError, match="no answer"):
        get(serve(drip), allow_private=True, timeout_s=0.3)
    gone.set()


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://", "x", "", "http://127.0.0.1:1/ключ"],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError, match="address"):
        get(url, allow_private=True)


def test_nothing_listens(serve: Callable[[Answer], str]) -> None:
    del serve
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match="no answer"):
        get(f"http://127.0.0.1:{port}/", allow_private=True)


def test_a_name_of_which_one_address_is_private_is_refused(monkeypatch: Any) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", ("93.184.215.14", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(FetchError, match="private"):
        get("http://example.com/")


def test_where_the_first_address_of_a_name_does_not_listen_the_next_is_tried(
    serve: Callable[[Answer], str], monkeypatch: Any
) -> None:
    port = int(serve(saying(OK)).rpartition(":")[2])

    def resolve(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(10, 1, 6, "", ("::1", port, 0, 0)), (2, 1, 6, "", ("127.0.0.1", port))]

    found = {"two.example.com": resolve}
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **named: found.get(host, real)(host, *rest, **named),
    )
    assert get(f"http://two.example.com:{port}/", allow_private=True).body == b"hello"


def test_a_password_in_an_address_is_not_repeated(serve: Callable[[Answer], str]) -> None:
    address = serve(saying(b"")).replace("http://", "http://user:hunter22@")
    with pytest.raises(FetchError) as refused:
        get(address, allow_private=True)
    assert "hunter22" not in str(refused.value)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_reserved_addresses(address: str) -> None:
    assert not is_public(address)
