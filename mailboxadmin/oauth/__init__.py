"""The token side: where consents are asked for, and codes and refresh tokens become tokens.

client.py has the verbs. What differs between the providers is in gmail.py and outlook.py,
under the same names; their addresses, with where they are documented, in endpoints.py.
answers.py makes of what came back tokens, or what happened. How a call ends in time is
the business of `outbound/`.
"""
