"""Text before it is spoken: `splitting` cuts it into sentences, `speakable` removes what is not spoken."""
