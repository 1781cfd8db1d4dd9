"""The command `gpt-nb`: a room for each command, imported when it is called. This file is written by hand."""
from .command import COMMANDS, main

__all__ = ['COMMANDS', 'main']
