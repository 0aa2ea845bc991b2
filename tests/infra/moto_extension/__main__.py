"""moto's server with the few calls that it lacks for this estate; for the tests only.

    python -m tests.infra.moto_extension [--with-stdin] --port 5005

What is added here is written from the provider's requests and AWS's API reference. A test that passes
against it shows that our Terraform, the AWS provider and our reading of the API agree with each other; it
does not show that AWS behaves so. Where the difference matters, `docs/infrastructure.md` says what is
asserted on the plan instead.
"""

import sys

import moto.backends
from moto.server import main

from tests.infra.moto_extension import (
    backup,
    beside,
    bucket_access,
    bucket_settings,
    budgets,
    ending,
    functions,
    index_keys,
    mails,
    queues,
    replicated_objects,
    sessions,
    table_extras,
    table_replicas,
    vaults,
)

backup.install()
beside.install()
bucket_access.install()
bucket_settings.install()
budgets.install()
functions.install()
index_keys.install()
mails.install()
queues.install()
replicated_objects.install()
sessions.install()
table_replicas.install()
table_extras.install()
vaults.install()

# The server would look through its own installation at each request.
moto.backends.list_of_moto_modules = [*moto.backends.list_of_moto_modules()].copy
words = sys.argv[1:]
if ending.WITH_STDIN in words:
    words.remove(ending.WITH_STDIN)
    ending.end_with_stdin()
main(words)
