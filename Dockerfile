# One image for `serve`, `work`, `migrate` and every other command but the sandbox:
#   docker build -t grayscale-image-processor .
#   docker run --rm --read-only --tmpfs /tmp grayscale-image-processor --help
# docs/self-hosting.md shows how to run it. `npm run image:test` builds and tries it.

FROM node:24-bookworm-slim AS build
WORKDIR /build
# Dependencies first: they change less often than the sources.
COPY package.json package-lock.json ./
# A registry that needs a login: docker build --secret id=npmrc,src=$HOME/.npmrc
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
COPY . .
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm run build && npm prune --omit=dev

# glibc, libstdc++ and certificates, and neither a shell nor a package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/bin bin
COPY --from=build /build/migrations migrations
COPY --from=build /build/dist dist

# Ports are published by the container's owner. `serve` requires API_TOKEN on this address.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 WORKER_PORT=9090
# Memory is kept between images: src/isolation/allocator.ts.
ENV GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_ARENA_MAX=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=134217728
EXPOSE 8080 9090
# `serve` answers on one port, `work` on the other.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["/usr/local/bin/node", "-e", "Promise.any([process.env.PORT, process.env.WORKER_PORT].map(async (port) => { if (!(await fetch(`http://127.0.0.1:${port}/healthz`)).ok) throw new Error(); })).catch(() => process.exit(1))"]
LABEL org.opencontainers.image.title="grayscale-image-processor" \
      org.opencontainers.image.description="Converts uploaded images to exact grayscale and records each in PostgreSQL" \
      org.opencontainers.image.licenses="Apache-2.0"
# A number, so that Kubernetes can verify that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/bin/grayscale.js"]
CMD ["serve"]
