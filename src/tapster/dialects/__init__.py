"""How others write: pure translations between our words and the wire formats.

Every dialect encodes requests and decodes replies, whole or in pieces; the one our gateway
speaks also decodes requests and encodes replies. No dialect opens a connection.
"""
