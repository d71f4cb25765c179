"""The documents: what they say of settings, commands, links and examples is true."""
