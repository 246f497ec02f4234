# Keyferry in a container: built from these sources, run as an ordinary user with nothing but Node, the packed program
# and its native driver. What must never happen here: a secret or a database of the builder copied in.
#
#   docker build -t keyferry .
#   docker run -d --name keyferry -p 127.0.0.1:3000:3000 -v keyferry:/data -v ./mappings:/mappings:ro \
#     -e STRIPE_WEBHOOK_SECRET keyferry

ARG NODE=node:24-bookworm-slim

FROM ${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build -- node && npm pack --ignore-scripts --pack-destination /
# What the package needs at run time, as the lock file has it; this image is no place for the driver of Alpine.
RUN mkdir /program && tar -xzf /keyferry-*.tgz -C /program --strip-components=1 \
  && cp package-lock.json /program/ && cd /program \
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf package-lock.json node_modules/@libsql/*-musl

FROM ${NODE}
LABEL org.opencontainers.image.title="Keyferry" org.opencontainers.image.licenses="MIT"
COPY --from=build /program /program
# For `docker exec keyferry keyferry doctor`. A new volume takes its owner and mode from the folder it covers.
RUN ln -s /program/bin/keyferry.cjs /usr/local/bin/keyferry \
  && install -d -o 1000 -g 1000 -m 0700 /data \
  && install -d -m 0755 /mappings
ENV HOST=0.0.0.0 \
    PORT=3000 \
    KEYFERRY_DATABASE_URL=file:/data/keyferry.db \
    KEYFERRY_MAPPINGS=/mappings
# The user `node` of the base image; by number, so that whoever runs it can see that it is not root.
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 3000
# A stop takes 8 seconds at the most; Docker waits for 10.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))"]
# Without a shell between: the signal reaches Keyferry itself.
ENTRYPOINT ["node", "/program/bin/keyferry.cjs"]
CMD ["serve"]
