"""How it was said and what was said, fused, with reasons and confidence."""
