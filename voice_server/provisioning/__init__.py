"""A backend's environment and weights: whether they are there, and how they get there."""
