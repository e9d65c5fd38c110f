"""What is sealed, shown to somebody by name: values and attached files."""
