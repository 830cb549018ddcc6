"""nginx, Caddy and Traefik with the files of deploy/proxies, in which only ports and names are put in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.deploy.programs import DEPLOY, free_port, program

NAME = "speech.example"
_PROXIES = DEPLOY / "proxies"
_ADDRESS = "127.0.0.1:8000"


@dataclass(frozen=True)
class ReverseProxy:
    """A proxy, and what writes its configuration into a folder for two ports and returns its arguments."""

    program: str
    file: str
    configure: Callable[[Path, str, int, int], Sequence[str]]

    @property
    def root_path(self) -> str:
        """The path under which it shows the server."""
        return "/voice" if "path" in self.file else ""


def _example(file: str, server_port: int, replacements: dict[str, str]) -> str:
    """The text of a file with other names and ports; each of them must stand in it."""
    text = (_PROXIES / file).read_text()
    for written, wanted in {_ADDRESS: f"127.0.0.1:{server_port}", **replacements}.items():
        assert written in text, f"{file} has no {written}"
        text = text.replace(written, wanted)
    return text


def _configure_nginx(folder: Path, file: str, port: int, server_port: int) -> Sequence[str]:
    # Inside what a distribution's nginx.conf adds.
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    example = _example(file, server_port, {"listen 80;": f"listen 127.0.0.1:{port};"})
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr warn;"
        f"events {{}} http {{ access_log off; {temporary} {example} }}"
    )
    return ("-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr")


def _configure_caddy(folder: Path, file: str, port: int, server_port: int) -> Sequence[str]:
    example = _example(file, server_port, {f"\n{NAME} {{": f"\nhttp://{NAME}:{port} {{"})
    (folder / "Caddyfile").write_text(example)
    return ("run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile")


def _configure_traefik(folder: Path, file: str, port: int, server_port: int) -> Sequence[str]:
    routes = folder / "routes.yaml"
    routes.write_text(_example(file, server_port, {}))
    static = (_PROXIES / "traefik.yaml").read_text()
    for written, wanted in {'":80"': f'"127.0.0.1:{port}"', "/etc/traefik/routes.yaml": str(routes)}.items():
        assert written in static
        static = static.replace(written, wanted)
    (folder / "traefik.yaml").write_text(static)
    return (f"--configFile={folder / 'traefik.yaml'}",)


PROXIES = (
    ReverseProxy("nginx", "nginx.conf", _configure_nginx),
    ReverseProxy("nginx", "nginx-path.conf", _configure_nginx),
    ReverseProxy("caddy", "Caddyfile", _configure_caddy),
    ReverseProxy("caddy", "path.Caddyfile", _configure_caddy),
    ReverseProxy("traefik", "traefik-routes.yaml", _configure_traefik),
    ReverseProxy("traefik", "traefik-path-routes.yaml", _configure_traefik),
)


@asynccontextmanager
async def proxied(folder: Path, proxy: ReverseProxy, server_port: int) -> AsyncIterator[int]:
    """The port on which a proxy passes on to the server; skips the test where there is no such program."""
    executable = program(proxy.program)
    if executable is None:
        pytest.skip(f"there is no {proxy.program}")
    port = free_port()
    arguments = proxy.configure(folder, proxy.file, port, server_port)
    process = await asyncio.create_subprocess_exec(
        *(executable, *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CADDY_ADMIN": f"unix/{folder}/admin",  # the usual port is one for all
        },
    )
    assert process.stderr is not None
    said = bytearray()
    reading = asyncio.create_task(_keep(process.stderr, said))
    try:
        await _passing_on(port, proxy, process, said)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await reading


async def _keep(stream: asyncio.StreamReader, said: bytearray) -> None:
    while part := await stream.read(4096):
        said += part


async def _passing_on(
    port: int, proxy: ReverseProxy, process: asyncio.subprocess.Process, said: bytearray
) -> None:
    """Return when the proxy passes requests on. Fails with what it says when it ends before."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"Host": NAME}) as client:
        while process.returncode is None:
            with suppress(httpx.TransportError):
                if (await client.get(f"{proxy.root_path}/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
    pytest.fail(said.decode())
