"""Other job queues that send the same texts: actors.py, tasks.py and sending.py run apart, in an
environment of their own (requirements.lock); comparing.py runs them and ours in turns.
"""
