"""Cartesia's speech interface (https://docs.cartesia.ai/api-reference/tts)."""
