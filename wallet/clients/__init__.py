"""The sockets: every outside party is called from here, and nowhere else.

DynamoDB has a room of its own. The vault stands here because its key is fetched here.
"""
