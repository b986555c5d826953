# The suite as an image:
#   docker build -t contract .
#   docker run --rm -e ACTIVEPIECES_API_KEY -v "$PWD:/work" contract run --target live --base-url URL
# Reports go to reports/runs of the mounted folder, which the user 1000 (or that of --user) must be able to write to.
FROM python:3.13-slim

WORKDIR /suite
COPY . .
RUN pip install --no-cache-dir --editable . --constraint constraints.txt \
    && useradd --uid 1000 --create-home contract \
    && install --directory --owner contract /work

USER contract
WORKDIR /work
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTEST_ADDOPTS="-p no:cacheprovider"
ENTRYPOINT ["contract"]
CMD ["--help"]
