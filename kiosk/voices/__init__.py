"""The Japanese voice for Open JTalk, as published, with its licence. No code in here."""
