"""Spectra from a Max for Live device over UDP: what AbletonOSC cannot hear. The protocol stands in `protocol`."""
