"""`/docs`: what /openapi.json describes, for people."""
