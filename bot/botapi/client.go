package botapi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"canbobot/bot"
)

// MaxUnderway bounds the calls of a channel that are underway, of which long
// polls are none.
const MaxUnderway = 64

// ErrTooLarge is an answer above what was asked for.
var ErrTooLarge = errors.New("the answer is too large")

// Client is a copy of the client that a channel was given; without one, of a new
// one that honours the proxy settings of the environment. It has no time limit of
// its own, and follows no redirect: that would carry the token along.
func Client(given *http.Client) *http.Client {
	client := http.Client{}
	if given != nil {
		client = *given
	} else {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = MaxUnderway
		// A request that meets the server's closing of an idle connection may have
		// arrived. So connections are given up here before they are there.
		transport.IdleConnTimeout = 30 * time.Second
		client.Transport = transport
	}
	client.Timeout = 0
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// Base reads the address of a platform, perhaps below a path.
func Base(address string) (*url.URL, bool) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	fine := err == nil && (base.Scheme == "http" || base.Scheme == "https") && base.Host != "" &&
		base.RawQuery == ""
	if !fine {
		return nil, false
	}
	if base.Path == "" { // joined to nothing, a path would not begin with a slash
		base.Path = "/"
	}
	return base, true
}

// Home is the host and port of a platform on this machine, which is a fake; else
// empty.
func Home(base *url.URL) string {
	if net.ParseIP(base.Hostname()).IsLoopback() || base.Hostname() == "localhost" {
		return base.Host
	}
	return ""
}

// IsToken reports whether a bot's token may stand in an address.
func IsToken(token string) bool { return token != "" && strings.Trim(token, tokenLetters) == "" }

const tokenLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:"

// Asked watches whether a request was begun. It is told before anything is
// flushed to the connection, so that a request that was not asked has certainly
// not been read by anybody.
func Asked(ctx context.Context, asked *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { asked.Store(true) }})
}

// Read reads all there is, up to a limit beyond which it is ErrTooLarge.
func Read(from io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err == nil && int64(len(content)) > limit {
		return nil, ErrTooLarge
	}
	return content, err
}

// ReadFile is Read for a file that a person sent.
func ReadFile(response *http.Response, limit int64) ([]byte, error) {
	if response.ContentLength > limit {
		return nil, bot.ErrFileTooLarge
	}
	content, err := Read(response.Body, limit)
	if errors.Is(err, ErrTooLarge) {
		err = bot.ErrFileTooLarge
	}
	return content, err
}

// Redact drops the URL, which may hold a token, from what net/http says, and
// guards against a transport of somebody else's that says more.
func Redact(err error, secrets ...string) error {
	if where := (*url.Error)(nil); errors.As(err, &where) {
		err = where.Err
	}
	text := err.Error()
	for _, secret := range secrets {
		_, key, _ := strings.Cut(secret, ":") // of a bot's token the part that is secret
		for _, part := range []string{secret, key} {
			if part != "" {
				text = strings.ReplaceAll(text, part, "<secret>")
			}
		}
	}
	if text != err.Error() {
		return errors.New(text)
	}
	return err
}

// maxDescription bounds what is kept of a description.
const maxDescription = 160

// Tellable cuts a platform's description before what it quotes: that may be a
// piece of the message, or a signed link.
func Tellable(description string, secrets ...string) string {
	description = Redact(errors.New(description), secrets...).Error()
	for i, letter := range description {
		quotes := letter == '"' || letter == '\'' && (i == 0 || !isLetter(description[i-1])) // can't is no quote
		if quotes || letter > '~' || letter < ' ' || i > maxDescription {
			return strings.TrimSpace(description[:i]) + " ..."
		}
	}
	return description
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// Refused is a request that is wrong without asking.
func Refused(why string) *bot.SendError {
	return &bot.SendError{Fate: bot.Refused, Cause: errors.New(why)}
}

// Of reports whether an address is one of the domains, each with all below it,
// on which a platform keeps what people have sent, or of home.
func Of(domains []string, home string, address *url.URL) bool {
	if address.User != nil || address.Opaque != "" {
		return false
	}
	if home != "" && address.Host == home && address.Scheme == "http" {
		return true
	}
	name := strings.ToLower(address.Hostname())
	if address.Scheme != "https" || address.Port() != "" && address.Port() != "443" || net.ParseIP(name) != nil {
		return false
	}
	for _, domain := range domains {
		if domain != "" && (name == domain || strings.HasSuffix(name, "."+domain)) {
			return true
		}
	}
	return false
}
