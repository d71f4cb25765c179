"""Who gets a thread: the shell picks a person where rules name a team."""
