package zalo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// maxAnswer bounds an answer in memory. Of those asked for here none is longer
// than a page.
const maxAnswer = 1 << 20

var (
	errNoAddress = errors.New("the addresses of the OpenAPI must be http(s) URLs")
	errNoTokens  = errors.New("nothing keeps the access token")
)

// outgoing is a call that can be made again.
type outgoing struct {
	business bool   // to the host that takes phone numbers
	path     string // below the host, also its name in errors
	kind     string // Content-Type
	body     []byte // GET when nil
	patience time.Duration
}

// posted is a call with a body of JSON.
func posted(path string, body any) outgoing {
	// Strings, and maps and structs of them, always marshal.
	raw, _ := json.Marshal(body)
	return outgoing{path: path, kind: "application/json", body: raw, patience: callPatience}
}

// call makes a request and returns the answer's data, which may be absent. A
// token that Zalo refuses is renewed once, and what failed for the moment is
// asked once more. A failure is a *bot.SendError.
func (c *Channel) call(ctx context.Context, r outgoing) (json.RawMessage, error) {
	if c.fault != nil {
		return nil, &bot.SendError{Fate: bot.Broken, Cause: c.fault}
	}
	select {
	case c.underway <- struct{}{}:
		defer func() { <-c.underway }()
	case <-ctx.Done():
		return nil, c.sendError(&failure{method: r.path, cause: ctx.Err()})
	}
	token, err := c.config.Tokens.Access(ctx)
	if err != nil {
		return nil, tokenless(r, err)
	}
	renewed, repeated := false, false
	for {
		data, f := c.exchange(ctx, r, token)
		if f == nil {
			return data, nil
		}
		switch found := f.rule(); {
		case found.renew && !renewed:
			renewed = true
			if token, err = c.config.Tokens.Renew(ctx, token); err != nil {
				return nil, tokenless(r, err)
			}
		case found.again && !repeated:
			repeated = true
		default:
			return nil, c.sendError(f)
		}
	}
}

// tokenless is the failure of a call for which there is no token. Its keeper may
// know that there will be none; otherwise nothing was asked, and it may work
// later.
func tokenless(r outgoing, err error) error {
	if errors.As(err, new(*bot.SendError)) {
		return err
	}
	return &bot.SendError{Fate: bot.Retry, Cause: fmt.Errorf("zalo %s: access token: %w", r.path, err)}
}

// exchange is one request and its answer.
func (c *Channel) exchange(ctx context.Context, r outgoing, token string) (json.RawMessage, *failure) {
	f := &failure{method: r.path, business: r.business}
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	var asked atomic.Bool
	ctx = botapi.Asked(ctx, &asked)
	base, method, body := c.api, http.MethodGet, io.Reader(nil)
	if r.business {
		base = c.business
	}
	if r.body != nil {
		method, body = http.MethodPost, bytes.NewReader(r.body)
	}
	q, err := http.NewRequestWithContext(ctx, method, base.JoinPath(r.path).String(), body)
	if err != nil {
		f.cause = err
		return nil, f
	}
	q.Header.Set("access_token", token)
	proof := ""
	if c.config.Proof {
		proof = proofOf(token, c.config.AppSecret)
		q.Header.Set("appsecret_proof", proof)
	}
	if r.kind != "" {
		q.Header.Set("Content-Type", r.kind)
	}

	response, err := c.client.Do(q)
	var answer []byte
	if err == nil {
		defer response.Body.Close()
		f.status = response.StatusCode
		answer, err = botapi.Read(response.Body, maxAnswer)
	}
	f.asked = asked.Load()
	if err != nil {
		f.cause = botapi.Redact(err, token, proof, c.config.AppSecret)
		return nil, f
	}
	return f.read(answer)
}

// read takes an answer apart. Whether a call succeeded is what `error` says, and
// never the HTTP status.
func (f *failure) read(answer []byte) (json.RawMessage, *failure) {
	var envelope struct {
		Error   *botapi.Word    `json:"error"`
		Message botapi.Word     `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if json.Unmarshal(answer, &envelope) != nil || envelope.Error == nil {
		return nil, f // a page of something on the way, or cut short
	}
	code, err := strconv.Atoi(string(*envelope.Error))
	switch {
	case err != nil:
		return nil, f // an error of something else than the OpenAPI
	case code == 0:
		return envelope.Data, nil
	}
	f.said, f.code, f.message = true, code, strings.ToLower(string(envelope.Message))
	return nil, f
}

// proofOf is appsecret_proof: the lower hex HMAC-SHA256 of the access token,
// keyed by the app's secret. [Zalo for Developers, appsecret_proof]
func proofOf(token, appSecret string) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}
