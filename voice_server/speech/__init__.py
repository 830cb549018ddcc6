"""Speaking: one service that every endpoint uses, and the handle of what it speaks.

The rest of this folder performs what the cores decide and is nobody else's to import.
"""

from __future__ import annotations

from voice_server.core.speech.speech_settings import SpeechRequest
from voice_server.speech.open_speech import Speech
from voice_server.speech.speech_service import SpeechService

__all__ = ["Speech", "SpeechRequest", "SpeechService"]
