FROM python:3.12-slim AS built
WORKDIR /site
COPY requirements/base.txt requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/static
RUN useradd --system --create-home --uid 10001 silkgate && install -d -o silkgate /static
COPY --from=built /venv /venv
WORKDIR /site
COPY manage.py ./
COPY config config
COPY seeds seeds
COPY declarations declarations
COPY checkpoint checkpoint
# These need no secret of the site: the values below exist during this one step only.
RUN SECRET_KEY=built-without-the-secret-key-of-any-site-0123456789 \
    FIELD_KEYS=built:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DIGEST_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    ALLOWED_HOSTS=built DATABASE_URL=postgres:///built REDIS_URL=redis://built \
    sh -c 'python manage.py messages --compile && python manage.py collectstatic --noinput'
USER silkgate
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--no-control-socket"]
