"""What one person alone is shown: forms, offers, their App Home, and every refusal's words."""
