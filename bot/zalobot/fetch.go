package zalobot

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// hosts are the domains on which Zalo keeps what people have sent.
var hosts = []string{"zdn.vn", "zalo.me", "zaloapp.com", "zadn.vn"}

// Fetch reads what a person sent from the address that the event named. The
// address came from outside, so only those of Zalo are asked, and no token goes
// along. Redirects are not followed.
func (c *Channel) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	address, err := url.Parse(id)
	if err != nil || !botapi.Of(hosts, c.home, address) {
		return nil, botapi.Refused("no address of Zalo's")
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, botapi.Refused("no address of Zalo's")
	}
	// Nothing was to be sent: whatever happens, it may be asked again.
	failed := func(f *failure) error { return &bot.SendError{Fate: bot.Retry, Cause: f} }
	response, err := c.client.Do(request)
	if err != nil {
		return nil, failed(&failure{method: "file", asked: true, cause: botapi.Redact(err, c.token)})
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError &&
		status != http.StatusTooManyRequests:
		return nil, botapi.Refused("the file is gone")
	case status != http.StatusOK:
		return nil, failed(&failure{method: "file", asked: true, status: status})
	}
	content, err := botapi.ReadFile(response, limit)
	if err != nil && !errors.Is(err, bot.ErrFileTooLarge) {
		f := failure{method: "file", asked: true, status: response.StatusCode, cause: botapi.Redact(err, c.token)}
		err = failed(&f)
	}
	return content, err
}
