"""How fast it is, always as a ratio against a named reference measured in the same run."""
