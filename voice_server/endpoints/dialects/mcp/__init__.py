"""The Model Context Protocol: agents speak, stop and list voices by calling tools."""
