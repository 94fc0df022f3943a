package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Problem is one setting that is missing or wrong. It never repeats the value.
type Problem struct {
	Key  string
	What string // "missing", "wrong", or why it is needed
	Want string // what a right value looks like
}

// Problems are all that is wrong with the settings; a command that meets them
// exits with 2.
type Problems struct {
	List []Problem
}

func (p *Problems) Error() string {
	var text strings.Builder
	text.WriteString("settings:")
	for _, problem := range p.List {
		fmt.Fprintf(&text, "\n  %s is %s; want %s", problem.Key, problem.What, problem.Want)
	}
	text.WriteString("\nSettings are environment variables; .env.example lists them.")
	return text.String()
}

// ExitCode is that of a usage mistake.
func (p *Problems) ExitCode() int { return 2 }

func (p *Problems) orNil() error {
	if len(p.List) == 0 {
		return nil
	}
	return p
}

// add names a problem once: the first finding is the plainest.
func (p *Problems) add(key, what string) {
	if slices.ContainsFunc(p.List, func(known Problem) bool { return known.Key == key }) {
		return
	}
	for _, s := range settings(&Config{}) {
		if s.Key == key {
			p.List = append(p.List, Problem{Key: key, What: what, Want: s.Want})
			return
		}
	}
	panic("config: no setting " + key)
}

// parse takes over what the library could not read. It knows fields, not keys,
// and its words repeat the value.
func (p *Problems) parse(err error) {
	failures := env.AggregateError{}
	if !errors.As(err, &failures) {
		panic(fmt.Sprintf("config: tags cannot be read: %v", err))
	}
	for _, failure := range failures.Errors {
		parse := env.ParseError{}
		if !errors.As(failure, &parse) {
			panic(fmt.Sprintf("config: tags cannot be read: %v", failure))
		}
		for _, s := range settings(&Config{}) {
			if s.Field == parse.Name {
				p.add(s.Key, "wrong")
			}
		}
	}
}

// Need is something that a command cannot do without.
type Need string

const (
	NeedSecret    Need = "SECRET_KEY" // whoever opens the database, except the demo
	NeedDatabase  Need = "DATABASE_URL"
	NeedRedis     Need = "REDIS_URL"
	NeedPublicURL Need = "PUBLIC_URL"
)

// Check names as *Problems what a command needs and does not have.
func (c Config) Check(needs ...Need) error {
	problems := &Problems{}
	for _, need := range needs {
		for _, s := range settings(&c) {
			if s.Key == string(need) && s.Value.IsZero() {
				problems.add(s.Key, "missing")
			}
		}
	}
	return problems.orNil()
}

var (
	botToken      = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	webhookSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)
	digits        = regexp.MustCompile(`^[0-9]+$`)
)

// validate looks at every value that is there, and at settings that only make
// sense together.
func (c Config) validate(problems *Problems) {
	wrong := func(key string, ok bool) {
		if !ok {
			problems.add(key, "wrong")
		}
	}
	wrong("DATABASE_URL", c.DatabaseURL == "" || isDatabase(c.DatabaseURL.Reveal()))
	wrong("REDIS_URL", c.RedisURL == "" || isURL(c.RedisURL.Reveal(), "redis", "rediss"))
	if c.SecretKey != "" {
		_, ok := decodeKey(c.SecretKey.Reveal())
		wrong("SECRET_KEY", ok)
	}
	for _, old := range oldKeys(c.SecretKeysOld) {
		_, ok := decodeKey(old)
		wrong("SECRET_KEYS_OLD", ok)
	}
	wrong("HTTP_ADDR", isAddr(c.HTTPAddr))
	wrong("ADMIN_ADDR", isAddr(c.AdminAddr))
	wrong("PUBLIC_URL", c.PublicURL == "" || isURL(c.PublicURL, "https", "http"))
	wrong("LOG_FORMAT", c.LogFormat == "text" || c.LogFormat == "json")
	c.validateTelegram(problems, wrong)
	c.validateZalo(problems, wrong)
	c.validateZaloBot(problems, wrong)
}

func (c Config) validateTelegram(problems *Problems, wrong func(string, bool)) {
	t := c.Telegram
	wrong("TELEGRAM_TOKEN", !t.On() || botToken.MatchString(t.Token.Reveal()))
	wrong("TELEGRAM_API_URL", isURL(t.APIURL, "https", "http"))
	wrong("TELEGRAM_MODE", isMode(t.Mode))
	wrong("TELEGRAM_WEBHOOK_SECRET", t.WebhookSecret == "" || webhookSecret.MatchString(t.WebhookSecret.Reveal()))
	if t.On() && t.Webhook() {
		c.needForWebhook(problems, "TELEGRAM_MODE", "TELEGRAM_WEBHOOK_SECRET", t.WebhookSecret)
	}
}

func (c Config) validateZaloBot(problems *Problems, wrong func(string, bool)) {
	z := c.ZaloBot
	wrong("ZALOBOT_TOKEN", !z.On() || botToken.MatchString(z.Token.Reveal()))
	wrong("ZALOBOT_API_URL", isURL(z.APIURL, "https", "http"))
	wrong("ZALOBOT_MODE", isMode(z.Mode))
	wrong("ZALOBOT_WEBHOOK_SECRET", z.WebhookSecret == "" || webhookSecret.MatchString(z.WebhookSecret.Reveal()))
	if z.On() && z.Webhook() {
		c.needForWebhook(problems, "ZALOBOT_MODE", "ZALOBOT_WEBHOOK_SECRET", z.WebhookSecret)
	}
}

func (c Config) needForWebhook(problems *Problems, mode, secretKey string, secret Secret) {
	if secret == "" {
		problems.add(secretKey, "missing, and "+mode+" is webhook")
	}
	if c.PublicURL == "" {
		problems.add("PUBLIC_URL", "missing, and "+mode+" is webhook")
	}
}

func (c Config) validateZalo(problems *Problems, wrong func(string, bool)) {
	z := c.Zalo
	wrong("ZALO_APP_ID", !z.On() || digits.MatchString(z.AppID))
	wrong("ZALO_API_URL", isURL(z.APIURL, "https", "http"))
	wrong("ZALO_OAUTH_URL", isURL(z.OAuthURL, "https", "http"))
	if z.AppID == "" && z.AppSecret == "" && z.OASecret == "" && z.AccessToken == "" && z.RefreshToken == "" {
		return
	}
	if z.AppID == "" {
		problems.add("ZALO_APP_ID", "missing, and other settings of Zalo are there")
	}
	if z.AppSecret == "" {
		problems.add("ZALO_APP_SECRET", "missing, and other settings of Zalo are there")
	}
	if z.OASecret == "" {
		problems.add("ZALO_OA_SECRET", "missing, and other settings of Zalo are there")
	}
	if z.AccessToken != "" && z.RefreshToken == "" {
		problems.add("ZALO_REFRESH_TOKEN", "missing, and ZALO_ACCESS_TOKEN alone lasts a day")
	}
}

func isMode(mode string) bool { return mode == "polling" || mode == "webhook" }

func isDatabase(address string) bool {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return path != ""
	}
	return isURL(address, "postgres", "postgresql")
}

func isURL(address string, schemes ...string) bool {
	parsed, err := url.Parse(address)
	return err == nil && slices.Contains(schemes, parsed.Scheme) && parsed.Host != ""
}

func isAddr(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	number, err := strconv.Atoi(port)
	return err == nil && number >= 0 && number <= 65535
}
