"""How fast the gateway is, measured against others in the same run."""
