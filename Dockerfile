# The portal in one image; docker-compose.yml runs it as web, worker and beat.
FROM python:3.13-slim-trixie

WORKDIR /srv/portal
ENV PYTHONUNBUFFERED=1 PORTAL_HOME=/data PIP_NO_CACHE_DIR=1

# System packages and the locked Python packages, by the same script as everywhere else.
COPY portal requirements.lock requirements-dev.lock ./
RUN ./portal install && rm -rf /var/lib/apt/lists/*

COPY . .
RUN useradd --system --uid 10001 --no-create-home portal \
    && mkdir -p /data \
    && chown portal:portal /data \
    && .venv/bin/python -m compileall -q govportal disclosure requests_app evaluation
USER portal
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["./portal", "health"]
ENTRYPOINT ["./portal"]
CMD ["run", "--host", "0.0.0.0", "--no-demo"]
