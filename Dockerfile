# The program and nothing else: built once, run as a user without rights on a small system.
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin huidan && cp target/release/huidan /huidan

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin huidan \
    && install -d -o huidan -g huidan -m 0700 /data
COPY --from=build /huidan /usr/local/bin/huidan
USER huidan
WORKDIR /data
VOLUME /data
# Secrets come at run time: HUIDAN_SECRET_KEY, DATABASE_URL, REDIS_URL, or files in /data.
ENV HUIDAN_DATA=/data HUIDAN_LISTEN=0.0.0.0:7800
EXPOSE 7800
# bash opens the connection itself, so the image needs no further program.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7800 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.[01] 200' <&3"]
ENTRYPOINT ["huidan"]
CMD ["serve"]
