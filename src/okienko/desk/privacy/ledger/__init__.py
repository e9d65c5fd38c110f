"""What people have agreed to, and who was erased: both only ever added to."""
