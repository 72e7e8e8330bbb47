"""`/api`: one module for each noun, with its routes in `ROUTES`."""
