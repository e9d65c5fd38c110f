"""The telephone, through Twilio's webhooks."""
