package zalobot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxAnswer bounds an answer in memory. The largest is one update.
const maxAnswer = 1 << 20

var errTooLarge = errors.New("the answer is too large")

// call posts params as JSON to a method and returns the result, which may be
// absent. A failure is a *failure.
func (c *Channel) call(ctx context.Context, patience time.Duration, method string, params any) (json.RawMessage, error) {
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
	// Called before the body is written, so that a request that was not asked has
	// certainly not been read by anybody.
	var asked atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { asked.Store(true) }})
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
		f.retryAfter = retryAfter(response.Header.Get("Retry-After"), c.clock())
		body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	}
	if err == nil && len(body) > maxAnswer {
		err = errTooLarge
	}
	f.asked = asked.Load()
	if err != nil {
		f.cause = c.redact(bare(err))
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
		Code        word            `json:"error_code"`
		OtherCode   word            `json:"errorCode"`
		Description word            `json:"description"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.OK == nil {
		return nil, f // a page of something on the way, or cut short
	}
	if *answer.OK {
		return answer.Result, nil
	}
	f.said, f.description = true, c.tellable(string(answer.Description))
	if f.code = answer.Code.number(); f.code == 0 {
		f.code = answer.OtherCode.number()
	}
	if f.code == 0 && f.status >= http.StatusBadRequest {
		f.code = f.status
	}
	return nil, f
}

// bare drops the URL, which holds the token, from what net/http says.
func bare(err error) error {
	if where := (*url.Error)(nil); errors.As(err, &where) {
		return where.Err
	}
	return err
}

// pauseFor waits, unless ctx ends first.
func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
