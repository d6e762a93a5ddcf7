"""What is good: takes in, scores out. Scores are better when higher, and they add up."""
