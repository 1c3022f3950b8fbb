from . import discovery
