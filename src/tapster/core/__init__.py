"""The words every floor uses: messages, requests, events, usage, connections, errors."""
