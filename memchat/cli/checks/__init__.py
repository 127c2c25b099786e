"""What `memchat doctor` looks at, by what it is about."""
