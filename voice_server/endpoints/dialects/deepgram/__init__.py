"""Deepgram's speech interface (https://developers.deepgram.com/reference/text-to-speech)."""
