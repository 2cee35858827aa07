"""Testwright as a server of tools for agents (Model Context Protocol)."""
