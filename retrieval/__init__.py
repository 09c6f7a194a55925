"""Finding and ranking products. Knows nothing of chat, language models or the web."""
