# The images of docker-compose.yml, one target each: collector, analyzer, traffic, grafana. The release publishes the collector's and the
# analyzer's for amd64 and arm64; each program is compiled on the machine that builds, for the one that runs it.

ARG GRAFANA_IMAGE=grafana/grafana:12.4.3

FROM --platform=$BUILDPLATFORM golang:1.26.5-alpine3.24 AS go
WORKDIR /src
COPY go.mod go.sum ./
COPY sdk/go/go.mod sdk/go/
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH
ENV CGO_ENABLED=0 GOCACHE=/go/cache GOOS=$TARGETOS GOARCH=$TARGETARCH

FROM go AS build-collector
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -o /out/collector ./collector && mkdir /out/queue

# It knows time zones, which its image has none of.
FROM go AS build-analyzer
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -tags timetzdata -o /out/analyzer ./analyzer

FROM go AS build-traffic
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -tags timetzdata -o /out/traffic ./internal/shop/send

# Grafana looks for the plugin's executable under the name of its own system and architecture.
FROM go AS build-plugin
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -o /out/gpx_footfall_linux_$GOARCH ./pkg

FROM --platform=$BUILDPLATFORM node:20.20.2-alpine3.23 AS build-frontend
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/npm-cache npm ci --cache /npm-cache
COPY . .
RUN npm run build

# One program, the authorities that it trusts for TLS, and the folder of its queue.
FROM scratch AS collector
COPY --from=build-collector /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build-collector --chown=10001:10001 /out/queue /var/lib/footfall
COPY --from=build-collector /out/collector /usr/local/bin/collector
# Others reach only the ports that are published to them.
ENV PATH=/usr/local/bin FOOTFALL_LISTEN=0.0.0.0:8090 FOOTFALL_LISTEN_ADMIN=0.0.0.0:8092 FOOTFALL_QUEUE_DIR=/var/lib/footfall/queue
USER 10001:10001
# What was acknowledged and is not in the database yet: give it a name, or it is lost with the container.
VOLUME /var/lib/footfall
EXPOSE 8090 8092
HEALTHCHECK --interval=10s --timeout=12s --start-period=20s CMD ["collector", "health"]
ENTRYPOINT ["collector"]
CMD ["serve"]

FROM scratch AS analyzer
COPY --from=build-analyzer /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build-analyzer /out/analyzer /usr/local/bin/analyzer
ENV PATH=/usr/local/bin FOOTFALL_LISTEN=0.0.0.0:8093 FOOTFALL_LISTEN_ADMIN=0.0.0.0:8094
USER 10001:10001
EXPOSE 8093 8094
HEALTHCHECK --interval=10s --timeout=12s --start-period=20s CMD ["analyzer", "health"]
ENTRYPOINT ["analyzer"]
CMD ["serve"]

FROM scratch AS traffic
COPY --from=build-traffic /out/traffic /usr/local/bin/traffic
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/traffic"]

FROM ${GRAFANA_IMAGE} AS grafana
# Not below /var/lib/grafana: a volume there would keep an old plugin when the image is built anew.
ENV GF_PATHS_PLUGINS=/opt/grafana-plugins
COPY --from=build-frontend /src/dist /opt/grafana-plugins/footfall-behavior-datasource
COPY --from=build-plugin /out/ /opt/grafana-plugins/footfall-behavior-datasource/
