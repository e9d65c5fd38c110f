"""What is deleted when its time is over, class by class."""
