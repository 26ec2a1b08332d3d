"""Calls to the outside that end in time, for whoever makes some: token endpoints, webhooks, SMTP.

cord.py bounds a call by the wall clock, transport.py is HTTP on such a cord.
"""
