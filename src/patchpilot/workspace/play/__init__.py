"""Self-play as a job: an experiment that is steered, listened to and voted on while it runs.

legs.py      what is run: an experiment for each time that somebody steered, each reproducible by itself
running.py   the job: one leg after another, until the renders are used up or somebody ends it
questions.py which take somebody hears next
plays.py     the self-play that runs now, for those who steer it and vote
taste.py     what is believed of somebody's taste
"""
