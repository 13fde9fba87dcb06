"""What happened, told to other systems: signed webhooks, Slack, Teams, and a feed of alerts."""
