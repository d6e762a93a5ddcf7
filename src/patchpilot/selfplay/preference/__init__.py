"""A small model of somebody's taste, learned of their votes.

`lens.py` says what it sees of a take, `likelihood.py` what a vote means, `preference.py` is the noun, `asking.py` says
which take to ask about next, `words.py` what it believes in words, `taste.py` is it as objectives want it.
"""
