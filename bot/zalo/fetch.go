package zalo

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"canbobot/bot"
	"canbobot/bot/botapi"
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
		return nil, botapi.Refused("no address of Zalo's")
	}
	if address.Scheme == "http" && address.Port() == "" {
		address.Scheme = "https"
	}
	if !c.allowed(address) {
		return nil, botapi.Refused("no address of Zalo's")
	}
	ctx, cancel := context.WithTimeout(ctx, uploadPatience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, botapi.Refused("no address of Zalo's")
	}
	// Nothing was to be sent: whatever happens, it may be asked again.
	failed := func(status int, err error) error {
		f := &failure{method: "file", asked: true, status: status}
		if err != nil {
			f.cause = botapi.Redact(err)
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
		return nil, botapi.Refused("the file is not there")
	}
	file, err := botapi.ReadFile(response, limit)
	if err != nil && !errors.Is(err, bot.ErrFileTooLarge) {
		err = failed(response.StatusCode, err)
	}
	return file, err
}

// allowed reports whether an address is Zalo's, or that of the fake platform on
// this machine.
func (c *Channel) allowed(address *url.URL) bool {
	return botapi.Of(c.config.FetchHosts, c.home, address)
}
