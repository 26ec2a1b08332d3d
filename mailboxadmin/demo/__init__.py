"""The sample office: invented people with real mail on an embedded IMAP server."""
