# Two stages: wheels are installed in the first, the second holds only what runs.
FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# A build argument names the index that carries CPU builds of torch; empty takes the default one.
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN python -m venv /opt/earmark
RUN /opt/earmark/bin/pip install torch==2.13.0 ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"}
COPY requirements.lock ./
RUN grep -viE '^(axe-|mypy|ruff|schemathesis|pytest|hypothesis|playwright|import-linter|ray=|types-)' requirements.lock > run.lock \
    && /opt/earmark/bin/pip install -r run.lock
COPY . .
RUN /opt/earmark/bin/pip install --no-deps .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 earmark && mkdir /data && chown earmark /data
COPY --from=build /opt/earmark /opt/earmark
USER earmark
ENV PATH=/opt/earmark/bin:$PATH EARMARK_HOME=/data EARMARK_HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1
VOLUME /data
EXPOSE 8765
# Run with `--read-only --tmpfs /tmp`: nothing but /data and /tmp is written. EARMARK_TOKEN must be set.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/livez', timeout=4)"]
CMD ["earmark", "serve"]
