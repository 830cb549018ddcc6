"""LiveKit Inference's speech interface, as `livekit.agents.inference.TTS` speaks it."""
