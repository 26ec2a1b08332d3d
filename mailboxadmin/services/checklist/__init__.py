"""The troubleshooting checklist, done by the program: seven points, each of one check or more.

    1  recent connection and sync errors      errors
    2  debug mode                             debug
    3  the server's own errors                faults cut_off memory disk database key_file telling
    4  the clock                              scheduler schedulers ticks runs clock
    5  sign-in methods                        sign_ins oauth_apps redirect_uri
    6  personal and office settings           settings
    7  read status                            read_status

Each check is a function of a `Look` that gives a `Found`; none changes anything.
`services/trouble/doctor.py` has the list of them.
"""
