"""ElevenLabs' speech interface (https://elevenlabs.io/docs/api-reference/text-to-speech)."""
