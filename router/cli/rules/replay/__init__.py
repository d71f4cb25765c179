"""`bellhop rules replay`: what a rulebook would have done with recorded traffic."""
