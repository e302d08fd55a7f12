"""How the production server behaves; read by gunicorn as its configuration."""

import os

preload_app = False
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
errorlog = "-"
loglevel = "warning"


def when_ready(server):
    """Said once the socket listens, so that a person and a script know where to go."""
    print(f"CARTographer is ready at {os.environ.get('CARTOGRAPHER_ADDRESS', 'its address')}", flush=True)
