"""What a business wants done with a text. Pure: rulebook, reading and facts in, decision out."""
