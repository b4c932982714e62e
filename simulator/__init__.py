"""A telephone company in a box: the provider's side of the wire. Imports only `audio`."""
