"""Configuration as users write it (YAML) and as it travels (events). Pure: opens no connection."""
