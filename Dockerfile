# The images of docker-compose.yml, one target each: collector, traffic, grafana.

ARG GRAFANA_IMAGE=grafana/grafana:12.4.3

FROM golang:1.26.5-alpine3.24 AS go
WORKDIR /src
COPY go.mod go.sum ./
COPY sdk/go/go.mod sdk/go/
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ENV CGO_ENABLED=0 GOCACHE=/go/cache

FROM go AS build-collector
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -o /out/collector ./collector

FROM go AS build-traffic
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -o /out/traffic ./internal/shop/send

# Grafana looks for the plugin's executable under the name of its own system and architecture.
FROM go AS build-plugin
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -o /out/gpx_footfall_linux_$(go env GOARCH) ./pkg

FROM node:20.20.2-alpine3.23 AS build-frontend
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/npm-cache npm ci --cache /npm-cache
COPY . .
RUN npm run build

FROM alpine:3.22.1 AS collector
RUN adduser -D -u 10001 footfall && mkdir /var/lib/footfall && chown footfall /var/lib/footfall
ENV FOOTFALL_QUEUE_DIR=/var/lib/footfall/queue
USER 10001
COPY --from=build-collector /out/collector /usr/local/bin/collector
ENTRYPOINT ["collector"]
CMD ["serve"]

FROM alpine:3.22.1 AS traffic
RUN apk add --no-cache tzdata && adduser -D -u 10001 footfall
USER 10001
COPY --from=build-traffic /out/traffic /usr/local/bin/traffic
ENTRYPOINT ["traffic"]

FROM ${GRAFANA_IMAGE} AS grafana
# Not below /var/lib/grafana: a volume there would keep an old plugin when the image is built anew.
ENV GF_PATHS_PLUGINS=/opt/grafana-plugins
COPY --from=build-frontend /src/dist /opt/grafana-plugins/footfall-behavior-datasource
COPY --from=build-plugin /out/ /opt/grafana-plugins/footfall-behavior-datasource/
