"""`voice-server stream-tokens`: a simulated LLM, and what its listener measures."""
