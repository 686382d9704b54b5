package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// healthCmd asks about health, for containers that have no other program to do it.
type healthCmd struct {
	ListenAdmin string `help:"Address and port for health of the collector on this machine." default:"127.0.0.1:8092"`
}

// askTimeout is less than what container engines allow a health check by default.
const askTimeout = 10 * time.Second

// Run asks /readyz and returns nil if the collector takes events (serve) or writes them (write); else why it does not.
func (h *healthCmd) Run(env *environment) error {
	address, err := onThisMachine(h.ListenAdmin)
	if err != nil {
		return fmt.Errorf("--listen-admin: %w", err)
	}
	ctx, cancel := context.WithTimeout(env.ctx, askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("--listen-admin: %w", err)
	}
	client := http.Client{Transport: &http.Transport{}} // no proxy: the address is on this machine
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s says %s: %s", address, response.Status, body)
	}
	_, err = env.stdout.Write(body)
	return err
}

// onThisMachine returns the address at which this machine reaches a program that listens on the given one.
func onThisMachine(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	switch address, err := netip.ParseAddr(host); {
	case host == "" || err == nil && address == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case err == nil && address == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
