"""From a user's message, in any language, to what is looked up for it."""
