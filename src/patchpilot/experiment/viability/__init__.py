"""Whether an instrument can be learned at all: four experiments, each of which could end the work on it.

control        its parameters change the sound
stability      it survives thousands of renders, and the same patch is the same sound whatever was played before
closed_world   a patch that is played on another key is found again among thousands by its sound
out_of_domain  for real sounds, what is found is closer than what is drawn

verdicts = examine(instrument, folder)
"""
