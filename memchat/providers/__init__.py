"""Chat and embedding models: the client, the built-in engine, where both are found, and what they understand."""
