"""Which voice and which language a request means: the resolver, the catalogue, known names and mixes."""
