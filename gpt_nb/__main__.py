"`python -m gpt_nb` is `gpt-nb`. Written by hand, as no chapter is run as the package itself."
import sys
from .cli import main

if __name__ == '__main__': sys.exit(main())
