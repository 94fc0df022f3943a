package zalo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

const (
	defaultOAuthURL = "https://oauth.zaloapp.com"
	// renewPatience bounds a renewal. Whoever holds the right to renew must hold
	// it longer.
	renewPatience = 15 * time.Second
	// accessFor is how long an access token lives when the answer does not say;
	// longestAccess is taken for a mistake. [Zalo for Developers, OAuth v4]
	accessFor     = 25 * time.Hour
	longestAccess = 90 * 24 * time.Hour
	// codeRate says on every host that there were too many requests.
	codeRate = -32
)

// OAuth asks Zalo for the pair of tokens that follows another.
type OAuth struct {
	AppID, AppSecret string
	URL              string       // https://oauth.zaloapp.com when empty
	Client           *http.Client // one is made when nil; its Timeout is not used
}

// Renew trades a refresh token, which works once, for the next pair. It succeeds
// only with both tokens in hand. A failure is a *bot.SendError: bot.Retry when
// the refresh token was certainly not used, bot.Uncertain when it may have been
// and nobody heard the answer, bot.Broken when Zalo refused it. The cause of the
// last is Zalo's code and its name, and nothing else.
func (o *OAuth) Renew(ctx context.Context, refresh string) (access, next string, expiresIn time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, renewPatience)
	defer cancel()
	var asked atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { asked.Store(true) }})
	status, answer, err := o.post(ctx, url.Values{
		"grant_type": {"refresh_token"}, "app_id": {o.AppID}, "refresh_token": {refresh},
	})
	if err != nil {
		f := &failure{method: "oauth", asked: asked.Load(), status: status,
			cause: botapi.Redact(err, refresh, url.QueryEscape(refresh), o.AppSecret)}
		fate := bot.Uncertain
		if !f.asked {
			fate = bot.Retry
		}
		return "", "", 0, &bot.SendError{Fate: fate, Cause: f}
	}
	var said struct {
		Access  botapi.Word `json:"access_token"`
		Refresh botapi.Word `json:"refresh_token"`
		Expires botapi.Word `json:"expires_in"`
		Error   botapi.Word `json:"error"`
		Name    botapi.Word `json:"error_name"`
	}
	// null would be read as well, and say nothing.
	read := json.Unmarshal(answer, &said) == nil && bytes.HasPrefix(bytes.TrimSpace(answer), []byte("{"))
	switch {
	case read && said.Access != "" && said.Refresh != "":
		return string(said.Access), string(said.Refresh), lifeOf(string(said.Expires)), nil
	case read && string(said.Error) == strconv.Itoa(codeRate):
		return "", "", 0, &bot.SendError{Fate: bot.Retry, Cause: errors.New("zalo oauth: -32 too many requests")}
	case !read, status >= http.StatusInternalServerError:
		// A pair may have been made, and the old one be dead.
		f := &failure{method: "oauth", asked: true, status: status}
		return "", "", 0, &bot.SendError{Fate: bot.Uncertain, Cause: f}
	}
	return "", "", 0, &bot.SendError{Fate: bot.Broken, Why: bot.WhyToken,
		Cause: refusal(string(said.Error), string(said.Name), refresh, o.AppSecret)}
}

// post asks for tokens and reads the whole answer.
func (o *OAuth) post(ctx context.Context, form url.Values) (status int, answer []byte, err error) {
	address := o.URL
	if address == "" {
		address = defaultOAuthURL
	}
	base, ok := botapi.Base(address)
	if !ok || base.User != nil {
		return 0, nil, errNoAddress
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, base.JoinPath("v4/oa/access_token").String(),
		strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("secret_key", o.AppSecret)
	// A connection of its own: a request that meets the closing of an idle one
	// may have arrived, and this one must not be left in doubt.
	q.Close = true
	client := botapi.Client(cmp.Or(o.Client, http.DefaultClient))
	response, err := client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = botapi.Read(response.Body, maxAnswer)
	return response.StatusCode, answer, err
}

// lifeOf reads expires_in, in seconds.
func lifeOf(expires string) time.Duration {
	seconds, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || seconds <= 0 || seconds > int64(longestAccess/time.Second) {
		return accessFor
	}
	return time.Duration(seconds) * time.Second
}

// maxErrorName bounds what is kept of a name.
const maxErrorName = 60

// refusal tells why a pair was refused: the code, and its name as far as it is
// plain words.
func refusal(code, name string, secrets ...string) error {
	if _, err := strconv.Atoi(code); err != nil {
		code = "no code"
	}
	plain := strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, name)
	if plain = strings.TrimSpace(botapi.Cut(plain, maxErrorName)); plain == "" {
		return errors.New(code)
	}
	for _, secret := range secrets {
		if strings.Contains(name, secret) {
			return errors.New(code)
		}
	}
	return fmt.Errorf("%s %s", code, plain)
}
