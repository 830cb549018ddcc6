"""The web page of the server: `page_response` answers with it, `routes` serve its files."""

from voice_server.endpoints.page.page_files import page_response, routes

__all__ = ["page_response", "routes"]
