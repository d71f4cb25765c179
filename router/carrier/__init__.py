"""The carrier: all that is Twilio's stays in this room; the rest of the program sees `api` only."""
