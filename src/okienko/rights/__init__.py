"""What people may ask of their data: a copy, a correction, their erasure, a standstill; and what ends by itself."""
