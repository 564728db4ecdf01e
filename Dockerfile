# syntax=docker/dockerfile:1
# Built on the compiler's image, run on a small one by a user without rights.

FROM rust:1.95.0-trixie AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin quittance

FROM debian:13.1-slim
# The CA certificates are needed for calls to providers over HTTPS.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin quittance \
    && install --directory --owner=quittance --group=quittance --mode=0700 /data
COPY --from=build /src/target/release/quittance /usr/local/bin/quittance
USER quittance
ENV QUITTANCE_LISTEN=0.0.0.0:8080 QUITTANCE_DATA=/data
VOLUME /data
EXPOSE 8080
# A request over a bash socket: the image has no curl, and needs none for this.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /api/health HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
CMD ["quittance", "serve"]
