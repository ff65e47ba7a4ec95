# One image for every process: `closetai run` supervises server and worker. For a machine of one's
# own; with compose.yaml a PostgreSQL stands beside it, without DATABASE_URL the embedded one runs.

# Debian 12 and Python 3.11: what the tests run on.
FROM python:3.11-slim-bookworm

# PostgreSQL refuses to run as root, and nothing here needs to.
RUN useradd --create-home --uid 1000 closetai \
    && install --directory --owner closetai /app /data
WORKDIR /app

# Dependencies before the code, so that a change of code does not install them again. The lock as a
# constraint leaves out what only development needs; the package's marker is all of it that an
# editable installation looks at.
COPY pyproject.toml requirements.lock LICENSE ./
COPY database/__init__.py database/
RUN pip install --no-cache-dir --constraint requirements.lock setuptools \
    && pip install --no-cache-dir --constraint requirements.lock --no-build-isolation --editable .

COPY . .

USER closetai
# Production listens on every address and demands CLOSETAI_SECRET. The volume holds the embedded
# database, where there is no other.
ENV CLOSETAI_ENV=production CLOSETAI_HOME=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501

# The first start migrates, which may take a moment.
HEALTHCHECK --start-period=60s --interval=30s --timeout=12s CMD ["closetai", "health"]
CMD ["closetai", "run"]
