"""The actions of `do`."""
