"""The wire: one IMAP connection, from the name of a server to the bytes of a message.

Read `session` first; it tells the story. Below it: `climb` (the ladder dns, tcp,
tls, greeting), `auth`, `answers` (what FETCH and SEARCH say), `wire` (the libraries),
`connection` and `guard` (a socket that never outlives its deadline), `translate`
(from any exception to facts). No SQL, no web; it judges nothing.
"""
