# One static program on an empty image: no shell, no package manager, no root.
#
#   docker build -t canbobot .
#   docker run --rm --network host canbobot demo     the page listens on loopback only

FROM golang:1.26 AS build
WORKDIR /src
# Modules first: this layer lasts until they change.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# No cgo, no debug tables, no paths of the build machine.
# docker build --build-arg VERSION=v1.2.3 names the release in `canbobot version`.
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X canbobot/app/command.version=$VERSION" -o /out/canbobot .
# The folder of DATA_DIR, owned by who runs the program.
RUN mkdir -p /out/data /out/audit /out/tmp && chmod 1777 /out/tmp

FROM scratch
# Telegram and Zalo are reached by HTTPS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/audit /audit
# Spooled spreadsheets.
COPY --from=build /out/tmp /tmp
COPY --from=build /out/canbobot /canbobot
USER 65532:65532
# A container's own loopback is of no use to anyone outside it.
ENV HTTP_ADDR=:8080 DATA_DIR=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/canbobot"]
CMD ["serve"]
