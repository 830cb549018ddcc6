"""The server's web page: `page_response` answers a request with it, `routes` serves its files."""

from voice_server.endpoints.page.page_files import page_response, routes

__all__ = ["page_response", "routes"]
