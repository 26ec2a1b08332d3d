"""Telling the outside: mail (smtp.py), signed JSON (webhook.py), a sign of life (ping.py).

Each takes a route and what is to be told, and raises `NotDelivered` with how far it came. What is
told, to whom and when is not known here.
"""
