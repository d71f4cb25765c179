"""What a storm plays on: processes to kill, a carrier that keeps count, people who text."""
