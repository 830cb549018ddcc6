"""Plugins: what others' code may change of text and sound, and how the server keeps running whatever it does.

A plugin imports `voice_server.plugins.plugin_api` and nothing else of this folder.
"""
