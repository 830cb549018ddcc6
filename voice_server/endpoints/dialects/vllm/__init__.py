"""vLLM-Omni's speech socket (https://docs.vllm.ai/projects/vllm-omni)."""
