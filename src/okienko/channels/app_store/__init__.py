"""Reviews in the App Store."""
