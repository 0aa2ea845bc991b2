# syntax=docker/dockerfile:1
# The preview server with everything it needs inside: no network once built, no root when run, nothing to build with.

# Any Debian that has Python 3.11 or later as `python3`; `make image` makes one where no registry can be reached.
ARG BASE=docker.io/library/python:3.13-slim-trixie

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN apt-get update && apt-get install --yes --no-install-recommends binutils
COPY requirements/app.lock requirements/app.lock
# What installs stays in this stage: pip in an environment of its own, and the build backend is taken out at the end.
RUN python3 -m venv /tools \
    && python3 -m venv --without-pip /venv \
    && /tools/bin/pip --python /venv/bin/python install --no-deps --require-hashes -r requirements/app.lock
COPY pyproject.toml README.md ./
COPY app app
COPY bbws_templates bbws_templates
# Playwright's driver comes with symbols for a debugger, numpy with its own tests, and botocore describes every service
# of AWS: needed are S3 and what credentials come from.
RUN /tools/bin/pip --python /venv/bin/python install --no-deps --no-build-isolation . \
    && /tools/bin/pip --python /venv/bin/python uninstall --yes hatchling editables pathspec pluggy trove-classifiers \
    && find /venv/lib -path '*/playwright/driver/node' -exec strip {} \; \
    && find /venv/lib -type d -name tests -path '*/numpy/*' -prune -exec rm -r {} + \
    && find /venv/lib/python3*/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d \
        ! -name s3 ! -name sts ! -name sso ! -name sso-oidc ! -name signin -exec rm -r {} +

# The browser of `make tools`, locked and with the libraries that it needs: its pictures are those of every machine.
FROM build AS browser
# Where the npm registry is reached through a proxy with a certificate of its own.
ARG NODE_EXTRA_CA_CERTS
COPY requirements/node.lock requirements/node.lock
RUN /tools/bin/pip install --no-deps --require-hashes -r requirements/node.lock
COPY package.json package-lock.json .npmrc ./
RUN PATH=/tools/bin:$PATH npm ci --ignore-scripts
COPY scripts/install_browser.py scripts/install_browser.py
RUN PATH=/tools/bin:$PATH PYTHONPATH=. /venv/bin/python -c "from pathlib import Path; \
from scripts.install_browser import PACKAGE, unpack; unpack(PACKAGE.absolute(), Path('/browser/chromium'))" \
    && mkdir -p /browser

FROM ${BASE}
# The one library that Playwright's driver takes from the system.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libatomic1 \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log \
    && useradd --create-home --uid 10001 templates
COPY --from=build /venv /venv
WORKDIR /srv
COPY --from=browser /browser .tools
# That browser is made for x86-64. Elsewhere it is Debian's, which is larger.
RUN test -x .tools/chromium/chromium \
    || (apt-get update && apt-get install --yes --no-install-recommends chromium-headless-shell \
        && rm -rf /var/lib/apt/lists/*)
COPY --chown=templates:templates templates templates
COPY --chown=templates:templates fixtures fixtures
# The root file system may be read-only: whatever is written goes to /tmp.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BBWS_HOST=0.0.0.0 \
    BBWS_PORT=8025
USER templates
EXPOSE 8025
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"BBWS_PORT\"]}/healthz', timeout=4)"]
# Listening beyond the machine itself, the server asks for a token before it changes anything: set BBWS_TOKEN,
# or read the one that it makes up from the log.
CMD ["bbws-templates", "serve"]
