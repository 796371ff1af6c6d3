"""Mail, worded and sent: templates in both languages, versioned; the outbox drained by SMTP."""
