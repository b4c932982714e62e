"""What the shop knows and tells everybody: articles in both languages, and how to find them."""
