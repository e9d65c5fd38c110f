"""Attacks on the bot, look-alikes that are none, and a model that always obeys the attacker."""
