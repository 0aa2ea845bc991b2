# syntax=docker/dockerfile:1
# The preview server with everything it needs inside: no network once built, no root when run.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /venv
COPY requirements/app.lock requirements/app.lock
RUN /venv/bin/pip install --no-deps --require-hashes -r requirements/app.lock
COPY pyproject.toml README.md ./
COPY app app
COPY bbws_templates bbws_templates
RUN /venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
# Screenshots: a browser; their fonts come with the package, those of the system do not matter.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium-headless-shell \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 templates
COPY --from=build /venv /venv
WORKDIR /srv
COPY --chown=templates:templates templates templates
COPY --chown=templates:templates fixtures fixtures
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BBWS_HOST=0.0.0.0 \
    BBWS_PORT=8025
USER templates
EXPOSE 8025
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"BBWS_PORT\"]}/healthz', timeout=4)"]
# Listening beyond the machine itself, the server asks for a token before it changes anything: set BBWS_TOKEN,
# or read the one that it makes up from the log.
CMD ["bbws-templates", "serve"]
