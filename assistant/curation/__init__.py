"""What people teach a workspace: its themes, and what they say about tags."""
