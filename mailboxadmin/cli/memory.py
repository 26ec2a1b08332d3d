"""Giving memory back: what the C library keeps for threads is bounded.

glibc gives threads pools of their own to allocate from, up to eight a core, and what a thread
frees stays in its pool. Mail comes and goes in pieces of many sizes, so that eight syncs held
on to a third more than they used. Two pools serve: Python runs one thread at a time anyway.
"""

import ctypes

#: M_ARENA_MAX of glibc's <malloc.h>.
_ARENA_MAX = -8
_ARENAS = 2


def share_pools() -> None:
    """Let all threads share two pools; a C library that has no such setting is left as it is."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
