# Two stages: what builds stays behind. `docker build -t snapthread .`
FROM python:3.13-slim AS build

WORKDIR /build
RUN python -m venv /app
# First what changes seldom: the pinned requirements, each checked by its hash.
COPY requirements/run.txt requirements/run.txt
RUN /app/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r requirements/run.txt
COPY requirements/build.txt requirements/build.txt
RUN python -m venv /tools && /tools/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r requirements/build.txt
COPY requirements/offline.txt requirements/offline.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /tools/bin/python -m hatchling build -t wheel \
    && /app/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps dist/*.whl \
    && /app/bin/python -m compileall -q /app/lib


FROM python:3.13-slim

# No shell is needed, no home, and nothing to write but the store's folder.
RUN groupadd --system --gid 10001 snapthread \
    && useradd --system --uid 10001 --gid snapthread --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin snapthread \
    && install -d -o snapthread -g snapthread -m 0700 /data
COPY --from=build /app /app

USER 10001:10001
WORKDIR /data
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    HTTP_HOST=0.0.0.0 \
    LOG_FORMAT=json
VOLUME /data
EXPOSE 8090
STOPSIGNAL SIGTERM
# Is the loop alive? Whether it can serve is what /readyz tells the balancer.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('HTTP_PORT', '8090')}/healthz\", timeout=4)"]
ENTRYPOINT ["snapthread"]
CMD ["run"]
