package zalobot

import (
	"bytes"
	"canbobot/bot/botapi"
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// maxAnswer bounds an answer in memory. The largest is one update.
const maxAnswer = 1 << 20

// call posts params as JSON to a method and returns the result, which may be
// absent. A failure is a *failure.
func (c *Channel) call(ctx context.Context, patience time.Duration, method string, params any) (json.RawMessage,
	error) {
	if c.fault != nil {
		return nil, c.fault
	}
	f := &failure{method: method}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if method != "getUpdates" { // a long poll must not take the place of an answer
		select {
		case c.underway <- struct{}{}:
			defer func() { <-c.underway }()
		case <-ctx.Done():
			f.cause = ctx.Err()
			return nil, f
		}
	}
	body, err := json.Marshal(params)
	if err != nil {
		f.cause = err
		return nil, f
	}
	var asked atomic.Bool
	ctx = botapi.Asked(ctx, &asked)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://zalobot.invalid", bytes.NewReader(body))
	if err != nil {
		f.cause = err
		return nil, f
	}
	address := *c.methods
	address.Path += method
	request.URL, request.Host = &address, address.Host
	request.Header.Set("Content-Type", "application/json")

	response, err := c.client.Do(request)
	if err == nil {
		defer response.Body.Close()
		f.status = response.StatusCode
		f.retryAfter = botapi.RetryAfter(response.Header.Get("Retry-After"), c.clock())
		body, err = botapi.Read(response.Body, maxAnswer)
	}
	f.asked = asked.Load()
	if err != nil {
		f.cause = botapi.Redact(err, c.token)
		return nil, f
	}
	return c.read(f, body)
}

// read takes an answer apart. Whether a call succeeded is what `ok` says, and
// never the HTTP status.
func (c *Channel) read(f *failure, body []byte) (json.RawMessage, error) {
	var answer struct {
		OK          *bool           `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Code        botapi.Word     `json:"error_code"`
		OtherCode   botapi.Word     `json:"errorCode"`
		Description botapi.Word     `json:"description"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.OK == nil {
		return nil, f // a page of something on the way, or cut short
	}
	if *answer.OK {
		return answer.Result, nil
	}
	f.said, f.description = true, botapi.Tellable(string(answer.Description), c.token)
	if f.code = answer.Code.Number(); f.code == 0 {
		f.code = answer.OtherCode.Number()
	}
	if f.code == 0 && f.status >= http.StatusBadRequest {
		f.code = f.status
	}
	return nil, f
}
