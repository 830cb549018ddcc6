"""Text before it is spoken: sentences, markup, offsets."""
