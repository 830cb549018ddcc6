"""The announcement in the local network, heard by the package zeroconf on the loopback interface."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import ifaddr
import pytest
import zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from voice_server.errors import ConfigError
from voice_server.serving import wyoming_announcement
from voice_server.serving.listening_socket import bind
from voice_server.serving.wyoming_announcement import announced, zeroconf_package

SERVICE = "_wyoming._tcp.local."
LOOPBACK = ["127.0.0.1"]


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(15):
            await main()

    asyncio.run(limited())


class Listener:
    """Keeps the names of services that come and go."""

    def __init__(self) -> None:
        self.found: asyncio.Queue[str] = asyncio.Queue()
        self.gone: asyncio.Queue[str] = asyncio.Queue()

    def __call__(self, **change: Any) -> None:
        is_gone = change["state_change"] is zeroconf.ServiceStateChange.Removed
        (self.gone if is_gone else self.found).put_nowait(change["name"])


def test_who_listens_finds_the_address_and_hears_when_it_goes() -> None:
    async def main() -> None:
        heard = Listener()
        ours = AsyncZeroconf(interfaces=LOOPBACK)
        browser = AsyncServiceBrowser(ours.zeroconf, SERVICE, handlers=[heard])
        with bind("127.0.0.1", 0) as listener:
            async with announced(listener, interfaces=LOOPBACK):
                name = await heard.found.get()
                service = AsyncServiceInfo(SERVICE, name)
                assert await service.async_request(ours.zeroconf, 3000)
                assert service.port == listener.getsockname()[1]
                assert service.parsed_addresses() == ["127.0.0.1"]
                assert name.startswith("voice-server ")
            assert await heard.gone.get() == name
        await browser.async_cancel()
        await ours.async_close()

    run(main)


def test_two_servers_of_one_machine_have_two_names() -> None:
    async def main() -> None:
        heard = Listener()
        ours = AsyncZeroconf(interfaces=LOOPBACK)
        browser = AsyncServiceBrowser(ours.zeroconf, SERVICE, handlers=[heard])
        with bind("127.0.0.1", 0) as one, bind("127.0.0.1", 0) as other:
            async with announced(one, interfaces=LOOPBACK):
                first = await heard.found.get()
                async with announced(other, interfaces=LOOPBACK):
                    assert await heard.found.get() != first
        await browser.async_cancel()
        await ours.async_close()

    run(main)


def test_an_end_in_the_middle_of_the_announcement_leaves_nothing() -> None:
    async def main() -> None:
        with bind("127.0.0.1", 0) as listener:
            async with announced(listener, interfaces=LOOPBACK):
                pass

    run(main)


def test_a_network_that_cannot_be_reached_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf", unreachable)

    async def main() -> None:
        with bind("127.0.0.1", 0) as listener:
            async with announced(listener):
                pass

    with caplog.at_level(logging.WARNING):
        run(main)
    (record,) = caplog.records
    assert vars(record)["reason"] == "Network is unreachable"


def test_a_failing_announcement_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise zeroconf.NonUniqueNameException("taken")

    monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf.async_register_service", refused)

    async def main() -> None:
        with bind("127.0.0.1", 0) as listener:
            async with announced(listener, interfaces=LOOPBACK):
                await asyncio.sleep(0.01)

    run(main)
    assert "is not announced" in caplog.text


def test_the_addresses_of_all_interfaces_are_those_that_others_can_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ips: list[str | tuple[str, int, int]] = [
        ("::1", 0, 0),
        ("fe80::1", 0, 2),
        ("2001:db8::1", 0, 0),
        "127.0.0.1",
        "192.0.2.7",
    ]
    adapter = ifaddr.Adapter("eth0", "eth0", [ifaddr.IP(ip, 24, "eth0") for ip in ips])
    monkeypatch.setattr("ifaddr.get_adapters", lambda: [adapter])
    assert wyoming_announcement._addresses_of_this_machine("0.0.0.0") == ["192.0.2.7"]  # noqa: S104
    assert wyoming_announcement._addresses_of_this_machine("::") == ["192.0.2.7", "2001:db8::1"]


def test_without_the_package_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(ConfigError, match=r"pip install 'voice-server\[zeroconf\]'"):
        zeroconf_package()
