package program

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

// askTimeout is less than what container engines allow a health check by default.
const askTimeout = 10 * time.Second

// Ask asks the program that has its health at an address of this machine, as --listen-admin names it, whether it is ready. The answer is for
// people; the error says why it is not.
func Ask(ctx context.Context, listenAdmin string) (answer []byte, err error) {
	address, err := onThisMachine(listenAdmin)
	if err != nil {
		return nil, fmt.Errorf("--listen-admin: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return nil, fmt.Errorf("--listen-admin: %w", err)
	}
	client := http.Client{Transport: &http.Transport{}} // no proxy: the address is on this machine
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	answer, err = io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s says %s: %s", address, response.Status, answer)
	}
	return answer, nil
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
