"""Values and events that every other room speaks in. No I/O and no third-party code."""
