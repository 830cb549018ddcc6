"""`voice-server stream-tokens`: a simulated LLM, its client's measurements, and their display."""
