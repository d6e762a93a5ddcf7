"""An instrument on another machine: the same protocol, the same bytes.

There:  patchpilot instrument serve vital --port 8080
Here:   pp.instrument("http://127.0.0.1:8080")

`wire` says what crosses, `nouns` and `priors` how our nouns are spelt there, `client` is the instrument, `link` its
connections; `app`, `engine_thread`, `results` and `shelf` are the server.
"""
