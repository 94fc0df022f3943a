package zalo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"canbobot/bot"
)

// maxRedirects is how often a file may have moved within Zalo.
const maxRedirects = 3

// Fetch reads what a person sent from the address that the event named. The
// address came from outside, so only those of Zalo are asked, and no token goes
// along. Plain http becomes https, where it is the certificate that says whose
// the host is: no name that leads to a private address has one of Zalo's.
func (c *Channel) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	address, err := url.Parse(id)
	if err != nil {
		return nil, refused("no address of Zalo's")
	}
	if address.Scheme == "http" && address.Port() == "" {
		address.Scheme = "https"
	}
	if !c.allowed(address) {
		return nil, refused("no address of Zalo's")
	}
	ctx, cancel := context.WithTimeout(ctx, uploadPatience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, refused("no address of Zalo's")
	}
	// Nothing was to be sent: whatever happens, it may be asked again.
	failed := func(status int, err error) error {
		f := &failure{method: "file", asked: true, status: status}
		if err != nil {
			f.cause = redact(err)
		}
		return &bot.SendError{Fate: bot.Retry, Cause: f}
	}
	response, err := c.visitor.Do(q)
	if err != nil {
		return nil, failed(0, err)
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return nil, failed(status, nil)
	case status != http.StatusOK: // also a redirect to somebody else
		return nil, refused("the file is not there")
	case response.ContentLength > limit:
		return nil, bot.ErrFileTooLarge
	}
	file, err := bounded(response.Body, limit)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, bot.ErrFileTooLarge
	case err != nil:
		return nil, failed(response.StatusCode, err)
	}
	return file, nil
}

// allowed reports whether an address is Zalo's, or that of the fake platform on
// this machine.
func (c *Channel) allowed(address *url.URL) bool {
	if address.User != nil || address.Opaque != "" {
		return false
	}
	if c.home != "" && address.Host == c.home && address.Scheme == "http" {
		return true
	}
	name := strings.ToLower(address.Hostname())
	if address.Scheme != "https" || address.Port() != "" && address.Port() != "443" || net.ParseIP(name) != nil {
		return false
	}
	for _, host := range c.config.FetchHosts {
		if host != "" && (name == host || strings.HasSuffix(name, "."+host)) {
			return true
		}
	}
	return false
}
