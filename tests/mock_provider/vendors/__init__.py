"""One file per vendor: what it accepts, in what shape it answers and refuses."""
