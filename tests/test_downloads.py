"""Results are fetched from public https addresses, in a size that is expected, and nowhere else."""

import base64
import datetime
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

import public_http
from tests.fake_provider import MADE, Fake, Reply, fake_provider
from tryon.engines import Code, EngineError, remote
from tryon.engines import download as module
from tryon.engines.download import download
from tryon.engines.remote import Account, PassingError

ACCOUNT = Account("Fake", SecretStr("marked"), "CLOSETAI_FAKE_KEY")

Names = Callable[..., None]


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_provider() as started:
        yield started


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Let names of *.example lead to addresses, each answer of the name server a list of them."""
    real = socket.getaddrinfo
    known: dict[str, list[list[str]]] = {}

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            ipaddress.ip_address(name)  # nothing else is looked up
            return real(host, port, *rest, **options)
        answers = known[name]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return lambda name, *answers: known.update({name: [list(answer) for answer in answers]})


def wrong(url: str, *, loopback: bool = False) -> EngineError:
    with pytest.raises(EngineError) as caught:
        download(url, ACCOUNT, loopback=loopback)
    error: BaseException | None = caught.value
    while error is not None:
        assert isinstance(error, EngineError)
        error = error.__context__
    return caught.value


def refused(url: str, *, loopback: bool = False) -> bool:
    error = wrong(url, loopback=loopback)
    return (error.code, error.retryable) == (Code.BAD_ANSWER, False) and "address" in str(error)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::f5ff:fffe",
        "fc00::1",
        "fe80::1%1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str, names: Names) -> None:
    names("inside.example", [address])
    assert refused("https://inside.example/made.png")
    # Nor one of several, nor under the name of the address itself.
    names("mixed.example", ["93.184.216.34", address])
    assert refused("https://mixed.example/made.png")
    bare = address.partition("%")[0]
    assert refused(f"https://[{bare}]/" if ":" in bare else f"https://{bare}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/made.png",
        "ftp://93.184.216.34/made.png",
        "file:///etc/passwd",
        "//93.184.216.34/made.png",
        "made.png",
        "",
        "https://",
        "https://user:password@93.184.216.34/made.png",
        "https://93.184.216.34:port/made.png",
        "https://a\x00b.example/",
        "https://" + "a" * 300 + ".example/",
        "data:image/png;base64,!!!",
        "data:image/png,plain",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_https_address(url: str) -> None:
    assert refused(url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"])
def test_this_machine_by_other_names(host: str) -> None:
    assert refused(f"https://{host}/made.png")


def test_loopback_is_for_tests_alone(fake: Fake) -> None:
    fake.say("picture", Reply(MADE))
    assert refused(fake.picture)
    assert refused(fake.picture.replace("http:", "https:"))
    assert download(fake.picture, ACCOUNT, loopback=True) == MADE


def test_a_name_is_looked_up_once(fake: Fake, names: Names) -> None:
    fake.say("picture", Reply(MADE))
    names("pictures.example", ["127.0.0.1"], ["10.0.0.1"])
    url = fake.picture.replace("127.0.0.1", "pictures.example")
    assert download(url, ACCOUNT, loopback=True) == MADE
    (asked,) = fake.asked["picture"]
    assert asked.headers["host"].startswith("pictures.example:")
    assert refused(url, loopback=True)  # by the second answer


def test_redirects_are_looked_at_like_addresses(fake: Fake, names: Names) -> None:
    names("inside.example", ["10.0.0.1"])
    for target in (
        "http://inside.example/made.png",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "//inside.example/x",
    ):
        fake.say("picture", Reply(b"", 302, {"location": target}))
        assert refused(fake.picture, loopback=True)
    # A good one, relative as they may be.
    fake.say("picture", Reply(b"", 302, {"location": "/pictures/other.png"}), Reply(MADE))
    assert download(fake.picture, ACCOUNT, loopback=True) == MADE
    assert fake.asked["picture"][-1].path == "/pictures/other.png"
    # And one that leads in a circle.
    fake.say("picture", Reply(b"", 302, {"location": fake.picture}))
    assert refused(fake.picture, loopback=True)


def test_size_is_limited(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE", 1000)
    fake.say("picture", Reply(b"x" * 1000))
    assert len(download(fake.picture, ACCOUNT, loopback=True)) == 1000
    fake.say("picture", Reply(b"x" * 1001))
    inline = f"data:image/png;base64,{base64.b64encode(b'x' * 1100).decode()}"
    for url in (fake.picture, inline):
        error = wrong(url, loopback=True)
        assert (error.code, error.retryable) == (Code.BAD_ANSWER, False)
        assert "too large" in error.sentence


def test_a_data_address_holds_the_picture() -> None:
    url = f"data:image/png;base64,{base64.b64encode(MADE).decode()}"
    assert download(url, ACCOUNT) == MADE


def test_what_may_pass(
    fake: Fake, names: Names, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(module, "TIMEOUT", httpx2.Timeout(0.2))
    for reply, code in (
        (Reply(b"", 500), Code.PROVIDER_UNAVAILABLE),
        (Reply(b"", 429, {"retry-after": "4"}), Code.PROVIDER_UNAVAILABLE),
        (Reply(hangs=True), Code.TIMEOUT),
    ):
        fake.say("picture", reply)
        error = wrong(fake.picture, loopback=True)
        assert isinstance(error, PassingError)
        assert error.code is code
    names("nobody.example", ["127.0.0.1"])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://nobody.example:{taken.getsockname()[1]}/x"
        assert isinstance(wrong(url, loopback=True), PassingError)
    fake.say("picture", Reply(b"", 204))
    assert wrong(fake.picture, loopback=True).code is Code.BAD_ANSWER
    fake.say("picture", Reply(b"no gzip", headers={"content-encoding": "gzip"}))
    assert wrong(fake.picture, loopback=True).code is Code.BAD_ANSWER
    assert "signature" not in caplog.text


def test_a_drip_ends(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_LONGEST_S", -1.0)
    fake.say("picture", Reply(MADE))
    assert wrong(fake.picture, loopback=True).code is Code.TIMEOUT


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Serve over TLS with a certificate for pictures.example; the context trusts it."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pictures.example")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("pictures.example")]), critical=False
        )
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path / "both.pem"
    file.write_bytes(
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(MADE)))
            self.end_headers()
            self.wfile.write(MADE)

    class Quiet(HTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A handshake that is broken off is what is wanted."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    trusting = ssl.create_default_context(cadata=signed.public_bytes(pem).decode())
    yield server.server_port, trusting
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_certificate_has_to_be_the_name_s(
    secure: tuple[int, ssl.SSLContext], names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, trusting = secure
    names("pictures.example", ["127.0.0.1"])
    names("other.example", ["127.0.0.1"])
    url = f"https://pictures.example:{port}/made.png"
    assert isinstance(wrong(url, loopback=True), PassingError)  # nobody vouches for it
    monkeypatch.setattr(public_http, "certificates", lambda: trusting)
    assert download(url, ACCOUNT, loopback=True) == MADE
    assert isinstance(wrong(url.replace("pictures", "other"), loopback=True), PassingError)
