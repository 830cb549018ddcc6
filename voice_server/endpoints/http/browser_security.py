"""The headers with which a browser shows our own pages: what they may load, and who may embed them."""

from __future__ import annotations


def security_headers(content_policy: str) -> dict[str, str]:
    """The headers of a page of this server and its files; `content_policy` says what the page may load."""
    return {
        "Content-Security-Policy": content_policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",  # the browser asks each time whether its copy is current (304)
    }
