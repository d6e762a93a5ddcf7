"""The synth plays itself: sounds that are loved, votes, and what is learned of them."""
