"`python -m gpt_nb.cli` is `gpt-nb`, and torchrun starts it so. Written by hand."
import sys
from .command import main

if __name__ == '__main__': sys.exit(main())
