"""A test goes to a mailbox of ours, over TLS, by the server of the settings, and to nobody else."""

from __future__ import annotations

import contextlib
import email
import email.policy
import ipaddress
import json
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.cli import run
from app.web.application import ServerSettings, create_app
from tests.core.folders import METADATA, write
from tests.waiting import patience
from tests.web.calling import Caller

USER, PASSWORD = "tests", "canary-password"


class Mailbox(Controller):
    """An SMTP server on a free port, which takes mail over TLS alone, from who knows the password."""

    def __init__(self, context: ssl.SSLContext, *, implicit: bool) -> None:
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self._starttls = None if implicit else context
        super().__init__(
            self,
            hostname="127.0.0.1",
            port=0,
            ready_timeout=patience(60),
            ssl_context=context if implicit else None,
        )

    def factory(self) -> SMTP:
        return SMTP(
            self.handler,
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            auth_required=self._starttls is not None,  # the library offers it after STARTTLS alone
            authenticator=self._known,
        )

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        with contextlib.suppress(ssl.SSLError):  # it asks without knowing who vouches for the certificate
            super()._trigger_server()  # type: ignore[no-untyped-call]

    def _known(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        known = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  the name is theirs
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "ca.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@pytest.fixture(params=["starttls", "tls"])
def mailbox(
    request: pytest.FixtureRequest, certificate: tuple[Path, ssl.SSLContext], home: Path
) -> Iterator[Mailbox]:
    public, context = certificate
    box = Mailbox(context, implicit=request.param == "tls")
    box.start()
    (home / "ca.pem").write_bytes(public.read_bytes())
    settle(home, server=f"127.0.0.1:{box.port}", security=request.param, ca_file="ca.pem",
           user=USER if request.param == "starttls" else None)  # fmt: skip
    try:
        yield box
    finally:
        box.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BBWS_SMTP_PASSWORD", PASSWORD)
    write(tmp_path / "templates/a/one.html", "<p>{{name}}</p>")
    write(tmp_path / "templates/a/one.json", json.dumps({**METADATA, "subject": "Hello {{name}}"}))
    write(tmp_path / "fixtures/a/one/typical.json", '{"name": "Ann"}')
    return tmp_path


def settle(home: Path, **members: Any) -> None:
    """Write the settings; ``None`` leaves a member out."""
    known = {
        "server": "127.0.0.1:9",
        "security": "tls",
        "user": USER,
        "allow": ["*@kimmyai.io", "ann@example.org"],
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in (known | members).items() if value is not None]
    write(home / "bbws-templates.toml", "[send_test]\n" + "\n".join(lines) + "\n")


def send(to: str, *more: str) -> int:
    return run(["send-test", "a/one", "--to", to, *more])


def test_it_arrives_and_no_two_are_one_conversation(mailbox: Mailbox, home: Path) -> None:
    assert send("ann@example.org") == 0
    assert send("Bo@KimmyAI.io") == 0

    (sender, recipients, first), (_, others, second) = mailbox.taken
    assert (recipients, others) == (["ann@example.org"], ["Bo@KimmyAI.io"])
    assert sender == first["From"].addresses[0].addr_spec
    assert str(first["Subject"]).startswith("Hello Ann [test ")
    for header in ("Subject", "X-Entity-Ref-ID", "Message-ID"):
        assert first[header]
        assert first[header] != second[header]
    assert first["X-BBWS-Test"] == "a/one; fixture=typical"
    assert first["List-Unsubscribe"] is None
    body = first.get_body(("html",))
    assert body is not None
    assert "<p>Ann</p>" in body.get_content()


@pytest.mark.parametrize(
    "to",
    [
        "eve@example.com",
        "ann@example.org.evil.io",
        "x@sub.kimmyai.io",
        "a@evil.io,ann@example.org",
        "*@kimmyai.io\n",
        "",
    ],
)
def test_nobody_else_gets_one(mailbox: Mailbox, capsys: pytest.CaptureFixture[str], to: str) -> None:
    assert send(to) in {1, 3}
    assert mailbox.taken == []
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("mailbox", ["starttls"], indirect=True)
@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("evil@evil.com <ann@example.org>", "evil@evil.com"),
        ('evil@evil.com ("(")<ann@example.org>', 'evil@evil.com ("(")'),
        ("Änn <ann@example.org>", "Änn"),
    ],
)
def test_it_goes_to_the_very_address_that_was_allowed(mailbox: Mailbox, to: str, name: str) -> None:
    assert send(to) == 0

    ((_, recipients, message),) = mailbox.taken
    assert recipients == ["ann@example.org"]
    (shown,) = message["To"].addresses
    assert (shown.display_name, shown.addr_spec) == (name, "ann@example.org")


def test_a_server_that_nobody_vouches_for_gets_nothing(
    mailbox: Mailbox, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (home / "bbws-templates.toml").read_text(encoding="utf-8")
    write(home / "bbws-templates.toml", text.replace('ca_file = "ca.pem"\n', ""))

    assert send("ann@example.org") == 4
    said = capsys.readouterr().err
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert mailbox.taken == []


@pytest.mark.parametrize("mailbox", ["starttls"], indirect=True)
def test_a_wrong_password_is_named_and_not_said(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BBWS_SMTP_PASSWORD", "canary-wrong")

    assert send("ann@example.org") == 4
    said = capsys.readouterr().err
    assert "does not let us in" in said
    assert "canary" not in said
    assert mailbox.taken == []


@pytest.mark.parametrize("mailbox", ["starttls"], indirect=True)
def test_a_password_that_smtp_cannot_carry_is_named_and_not_said(
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    door: Callable[..., Any],
) -> None:
    monkeypatch.setenv("BBWS_SMTP_PASSWORD", "canary-pässword")

    assert send("ann@example.org") == 4
    said = capsys.readouterr().err
    assert "BBWS_SMTP_PASSWORD has characters beyond ASCII" in said
    assert "canary" not in said
    assert door({"to": "ann@example.org"}).status_code == 503
    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"user": "tésts"}, "'user' has characters beyond ASCII"),
        ({"server": "mail.example.com"}, "'server' is HOST:PORT"),
        ({"server": f"mail.example.com:{'9' * 5000}"}, "'server' is HOST:PORT"),
        ({"server": "mail.example.com:٢٥"}, "'server' is HOST:PORT"),
        ({"server": "mail.example.com:25", "security": "none"}, "on this machine alone"),
        ({"security": "ssl"}, "'security' is one of"),
        ({"allow": []}, "'allow' is a list"),
        ({"allow": None}, "'allow' is a list"),
        ({"allow": ["*"]}, "'allow' is a list"),
        ({"allow": ["*@*.io"]}, "'allow' is a list"),
        ({"password": "x"}, "'password' is not known"),
    ],
)
def test_settings_that_say_nothing_safe_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str], members: dict[str, Any], said: str
) -> None:
    settle(home, **members)

    assert send("ann@example.org") == 2
    assert said in capsys.readouterr().err


def test_nothing_is_sent_without_settings_or_to_a_server_that_is_not_there(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send("ann@example.org") == 2
    assert "no [send_test]" in capsys.readouterr().err
    for server in ("127.0.0.1:9", "mail..test:25"):
        settle(home, server=server)
        assert send("ann@example.org") == 4
        assert f"{server} fails" in capsys.readouterr().err


@pytest.fixture
def door(home: Path) -> Callable[..., Any]:
    def ask(body: dict[str, Any], *, token: str = "secret", asked: str | None = "secret") -> Any:
        settings = ServerSettings(
            templates=home / "templates",
            fixtures=home / "fixtures",
            token=asked,
            targets=home / "bbws-templates.toml",
        )
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Caller(create_app(settings)).post("/api/templates/a/one/send-test", json=body, headers=headers)

    return ask


def test_the_server_sends_one_for_who_has_the_token(mailbox: Mailbox, door: Callable[..., Any]) -> None:
    answer = door({"to": "ann@example.org"})

    assert answer.status_code == 200
    assert answer.json()["subject"] == str(mailbox.taken[0][2]["Subject"])


@pytest.mark.parametrize(
    ("body", "options", "status"),
    [
        ({"to": "ann@example.org"}, {"token": ""}, 401),
        ({"to": "ann@example.org"}, {"token": "guess"}, 401),
        ({"to": "ann@example.org"}, {"asked": None}, 403),
        ({"to": "ann@example.org"}, {"asked": "", "token": ""}, 403),
        ({"to": "eve@evil.io"}, {}, 403),
        ({"to": "ann@example.org", "server": "evil.io:25"}, {}, 422),
        ({"to": "ann@example.org", "fixture": "nothing"}, {}, 404),
    ],
)
def test_the_server_sends_none_for_anybody_else(
    home: Path, door: Callable[..., Any], body: dict[str, Any], options: dict[str, Any], status: int
) -> None:
    settle(home)
    assert door(body, **options).status_code == status
