"""Every connection outward: HTTP and SMTP. Decides nothing."""
