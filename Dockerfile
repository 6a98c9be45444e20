# Two stages: the first has what building needs, the second only what running needs, as a user without rights.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN pip install --require-hashes -r requirements/build.txt -r requirements/runtime.txt
COPY . .
# Editable, so that settings, journeys and the page's files are found beside the code, as in a checkout.
RUN pip install --no-deps --no-build-isolation --editable .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app orchestrator \
    && install -d -o orchestrator -g orchestrator /var/lib/orchestrator
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/orchestrator
WORKDIR /app
USER orchestrator
VOLUME /var/lib/orchestrator
EXPOSE 8000
CMD ["gunicorn", "orchestrator.config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--access-logfile", "-"]
