"""What a text means for consent and privacy. Pure: no I/O at call time, no clock."""
