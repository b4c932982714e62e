"""Understanding: words to intents and entities, with numpy only."""
