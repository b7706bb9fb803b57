# Three stages: the browser's libraries, the server's packages, and the site with neither npm nor compilers.

FROM node:20-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-update-notifier --loglevel=error
COPY scripts/vendor.mjs scripts/bundle.mjs scripts/
COPY static static
RUN node scripts/vendor.mjs && node scripts/bundle.mjs

FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
RUN python -m venv /venv
COPY requirements/app.lock .
RUN /venv/bin/python -m pip install --no-cache-dir --quiet --require-hashes -r app.lock \
 && /venv/bin/python -m pip uninstall --quiet --yes pip setuptools

FROM python:3.11-slim-bookworm
ARG VERSION=0.2.0
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="Unrolled" \
      org.opencontainers.image.description="See what a recurrent network does, forwards and back through time." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    UNROLLED_COMMIT=${COMMIT}
RUN useradd --no-log-init --uid 10001 --no-create-home --shell /usr/sbin/nologin unrolled
WORKDIR /srv/unrolled
COPY --from=packages /venv /venv
COPY app app
COPY templates templates
COPY docs docs
COPY --from=browser /build/static static
# Compiled here, for the running container cannot write.
RUN python -m compileall -q app
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2).close()"]
CMD ["python", "-m", "app", "--host", "0.0.0.0", "--port", "8000"]
