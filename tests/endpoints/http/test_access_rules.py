"""What may be allowed, how it is written, and what no client can send."""

from __future__ import annotations

import pytest

from voice_server.endpoints.http.access_rules import AccessRules
from voice_server.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("MyServer.local", "myserver.local"),
        ("myserver.local", "MyServer.Local:8000"),
        ("example.com:8000", "example.com:8000"),
        ("https://example.com/", "example.com"),
        ("example.com.", "example.com"),
        ("example.com", "example.com."),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.168.1.5", "192.168.1.5:8000"),
        ("fe80::1", "[fe80::1]:8000"),
        ("[FE80::1]:8000", "[fe80::1]"),
        ("my_server", "my_server"),
        ("*", "anything.example"),
    ],
)
def test_a_name_is_allowed_however_it_is_written(written: str, sent: str) -> None:
    assert AccessRules.of(hosts=[written]).allows_host(sent)
    assert not AccessRules().allows_host(sent)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "*.example.com",
        "a b",
        "example.com/path",
        "http://",
        "u@example.com",
        "a,b",
        "a:port",
        "[",
        ".",
    ],
)
def test_a_name_that_no_client_sends_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"--allow-host .* is no name of a host"):
        AccessRules.of(hosts=[written])


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://Example.com", "https://example.com"),
        ("HTTPS://example.com/", "https://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("https://example.com:80", "https://example.com:80"),
        ("http://[FE80::1]:3000", "http://[fe80::1]:3000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("tauri://localhost", "tauri://localhost"),
        ("capacitor://localhost/", "capacitor://localhost"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
        ("app://.", "app://."),
        ("file://", "file://"),
        ("null", "null"),
        ("*", "https://example.com"),
    ],
)
def test_an_origin_is_allowed_however_it_is_written(written: str, sent: str) -> None:
    assert AccessRules.of(origins=[written]).allows_origin(sent)
    assert not AccessRules().allows_origin(sent)


@pytest.mark.parametrize(
    "written",
    [
        "", "example.com", "example.com:8000", "https://", "https://example.com/path", "https://example.com?x",
        "https://u@example.com", "https://*.example.com", "http://localhost:*", "http://a:99999", "a b", "[",
        "https://a,https://b", "https:example.com",
    ],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"--allow-origin .* is no origin"):
        AccessRules.of(origins=[written])


@pytest.mark.parametrize("sent", ["", "nonsense", "http://", "http://[", "http://127.0.0.1.evil.example"])
def test_nonsense_of_a_client_is_allowed_nothing(sent: str) -> None:
    assert not AccessRules.of(origins=["https://example.com"]).allows_origin(sent)


@pytest.mark.parametrize("token", ["", " ", "\n", " secret", "secret\n", "sec\x00ret"])
def test_a_token_that_no_client_can_send_is_refused(token: str) -> None:
    with pytest.raises(ConfigError, match="token"):
        AccessRules.of(token=token)
