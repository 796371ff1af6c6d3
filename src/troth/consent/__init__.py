"""What persons, visitors and installations have said yes and no to."""
