"""Files of other programs and of our own: read into values, and written from them."""
