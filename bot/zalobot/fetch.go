package zalobot

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"canbobot/bot"
)

// hosts are the domains on which Zalo keeps what people have sent.
var hosts = []string{"zdn.vn", "zalo.me", "zaloapp.com", "zadn.vn"}

// Fetch reads what a person sent from the address that the event named. The
// address came from outside, so only those of Zalo are asked, and no token goes
// along. Redirects are not followed.
func (c *Channel) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	address, err := url.Parse(id)
	if err != nil || !c.fetchable(address) {
		return nil, refused("no address of Zalo's")
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, refused("no address of Zalo's")
	}
	// Nothing was to be sent: whatever happens, it may be asked again.
	failed := func(f *failure) error { return &bot.SendError{Fate: bot.Retry, Cause: f} }
	response, err := c.client.Do(request)
	if err != nil {
		return nil, failed(&failure{method: "file", asked: true, cause: c.redact(bare(err))})
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError && status != http.StatusTooManyRequests:
		return nil, refused("the file is gone")
	case status != http.StatusOK:
		return nil, failed(&failure{method: "file", asked: true, status: status})
	case response.ContentLength > limit:
		return nil, bot.ErrFileTooLarge
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return nil, failed(&failure{method: "file", asked: true, status: response.StatusCode, cause: c.redact(bare(err))})
	case int64(len(content)) > limit:
		return nil, bot.ErrFileTooLarge
	}
	return content, nil
}

// fetchable reports whether an address is Zalo's, or that of the fake platform
// on this machine.
func (c *Channel) fetchable(address *url.URL) bool {
	if address.User != nil || address.Opaque != "" {
		return false
	}
	if c.home != "" && address.Host == c.home && address.Scheme == "http" {
		return true
	}
	if address.Scheme != "https" || address.Port() != "" && address.Port() != "443" {
		return false
	}
	name := strings.ToLower(address.Hostname())
	for _, host := range hosts {
		if name == host || strings.HasSuffix(name, "."+host) {
			return true
		}
	}
	return false
}
