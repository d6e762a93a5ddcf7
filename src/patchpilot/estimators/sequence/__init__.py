"""The order of a chain: which modules a sound went through, first to last.

A chain is a path in the tree of all prefixes, which grows exponentially with its depth, and so does the room in a
hyperbolic space. The decoder puts prefixes into the Poincaré ball, and has a Euclidean twin of the same size to be
compared with (`benchmarks/effect_order.py`). It knows nothing of an instrument: modules are names, of Vital's effects
or of the devices in a rack.

    config = SequenceConfig(modules=EFFECTS, geometry="poincare")
    network = SequenceNetwork(config)
    fit(network, rows, FitConfig(epochs=12, seed=0))
    network.decode(sound, condition)                    # [("distortion", "reverb"), …]

| module | |
|---|---|
| `config` | what a network is made of; no PyTorch is needed to read it |
| `chains` | chains as arrays of numbers, and back |
| `orders` | where an instrument's patches say their chain |
| `scores` | how right chains are that were found |
| `geometry` | the ball and the flat space, one interface |
| `network` | the encoder and the decoder |
| `beams` | the likeliest chains of a network |
| `rows` | sounds and chains of a dataset, in memory |
| `fitting` | training on them |
| `file` | a trained network on disk |
| `searcher` | wet audio in, dry patches with ordered chains out |

All but the first four need the extra `train`, and the last one where it is given a network.
"""
