"""Who may do what: API keys with scopes, accounts with roles, sessions, login links, and the audit log.

What belongs to the whole installation stands in a store of its own beside the workspaces; `Identity` opens it.
"""

from assistant.identity.identity import Identity
from assistant.identity.models import ROLES, SCOPES, Principal, Right, Role

__all__ = ["ROLES", "SCOPES", "Identity", "Principal", "Right", "Role"]
