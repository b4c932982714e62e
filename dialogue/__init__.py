"""Words to the next move: intents, entities, several requests in one breath, the bots."""
