"""A sync in a process that may write no file beyond a size, as on a disk that is full:

python -m tests.support.cramped_process BYTES INSTANCE MAILBOX_ID
"""

import resource
import sys

from tests.support.sync_process import main

if __name__ == "__main__":
    size = int(sys.argv[1])
    # Python ignores SIGXFSZ, so a write beyond it fails with EFBIG.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    main(*sys.argv[2:])
