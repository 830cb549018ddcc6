"""Which of two media types a client prefers."""

from __future__ import annotations

from voice_server.endpoints.http.operations import JSON


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML, and no earlier or better JSON."""
    html, json = _quality(accept, "text/html"), _quality(accept, JSON)
    return html > 0 and html >= json


def _quality(accept: str, media_type: str) -> float:
    for offer in accept.lower().split(","):
        name, _, parameters = offer.partition(";")
        if name.strip() == media_type:
            quality = parameters.partition("q=")[2].strip()
            try:
                return float(quality) if quality else 1.0
            except ValueError:
                return 0.0
    return 0.0
