"""How soon the radar notices a fault, and how often it cries wolf."""
