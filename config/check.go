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
	NeedSecret  Need = "SECRET_KEY" // whoever opens the database, except the demo
	NeedWebhook Need = "webhook"    // what the channels in webhook mode need, if any is
)

// Check names as *Problems what a command needs and does not have.
func (c Config) Check(needs ...Need) error {
	problems := &Problems{}
	for _, need := range needs {
		if need == NeedWebhook {
			c.checkWebhook(problems, "TELEGRAM_MODE", c.TelegramMode, c.TelegramToken, "TELEGRAM_WEBHOOK_SECRET",
				c.TelegramWebhookSecret)
			c.checkWebhook(problems, "ZALOBOT_MODE", c.ZaloBotMode, c.ZaloBotToken, "ZALOBOT_WEBHOOK_SECRET",
				c.ZaloBotWebhookSecret)
			continue
		}
		for _, s := range settings(&c) {
			if s.Key == string(need) && s.Value.IsZero() {
				problems.add(s.Key, "missing")
			}
		}
	}
	return problems.orNil()
}

func (c Config) checkWebhook(problems *Problems, modeKey, mode string, token Secret, secretKey string, secret Secret) {
	if token == "" || mode != "webhook" {
		return
	}
	if secret == "" {
		problems.add(secretKey, "missing, and "+modeKey+" is webhook")
	}
	if c.PublicURL == "" {
		problems.add("PUBLIC_URL", "missing, and "+modeKey+" is webhook")
	}
}

var (
	botToken      = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	webhookSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)
	digits        = regexp.MustCompile(`^[0-9]+$`)
)

// validate looks at every value that is there.
func (c Config) validate(problems *Problems) {
	wrong := func(key string, ok bool) {
		if !ok {
			problems.add(key, "wrong")
		}
	}
	wrong("DATABASE_URL", c.DatabaseURL == "" || isDatabase(c.DatabaseURL.Reveal()))
	wrong("MIGRATE_DATABASE_URL", c.MigrateDatabaseURL == "" ||
		isURL(c.MigrateDatabaseURL.Reveal(), "postgres", "postgresql") &&
			isURL(c.DatabaseURL.Reveal(), "postgres", "postgresql"))
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
	wrong("ADMIN_ADDR", c.AdminAddr == "" || isAddr(c.AdminAddr))
	wrong("PUBLIC_URL", c.PublicURL == "" || isURL(c.PublicURL, "https", "http"))
	wrong("LOG_FORMAT", c.LogFormat == "text" || c.LogFormat == "json")
	wrong("TELEGRAM_TOKEN", c.TelegramToken == "" || botToken.MatchString(c.TelegramToken.Reveal()))
	wrong("TELEGRAM_API_URL", isURL(c.TelegramAPIURL, "https", "http"))
	wrong("TELEGRAM_MODE", isMode(c.TelegramMode))
	wrong("TELEGRAM_WEBHOOK_SECRET", isWebhookSecret(c.TelegramWebhookSecret))
	wrong("ZALO_APP_ID", c.ZaloAppID == "" || digits.MatchString(c.ZaloAppID))
	for key, rate := range map[string]float64{"TELEGRAM_RATE": c.TelegramRate, "ZALO_RATE": c.ZaloRate,
		"ZALOBOT_RATE": c.ZaloBotRate} {
		wrong(key, rate == 0 || rate >= 0.1 && rate <= 10_000)
	}
	wrong("ZALO_API_URL", isURL(c.ZaloAPIURL, "https", "http"))
	wrong("ZALO_BUSINESS_URL", isURL(c.ZaloBusinessURL, "https", "http"))
	wrong("ZALO_TEXT_LIMIT", c.ZaloTextLimit >= 200 && c.ZaloTextLimit <= 2000)
	wrong("ZALO_BUTTON_LIMIT", c.ZaloButtonLimit >= 0 && c.ZaloButtonLimit <= 10)
	wrong("ZALO_BUTTON_TEMPLATE", c.ZaloButtonType == "" || c.ZaloButtonType == "button")
	wrong("ZALO_OAUTH_URL", isURL(c.ZaloOAuthURL, "https", "http"))
	c.validateZalo(problems)
	wrong("ZALOBOT_TOKEN", c.ZaloBotToken == "" || botToken.MatchString(c.ZaloBotToken.Reveal()))
	wrong("ZALOBOT_API_URL", isURL(c.ZaloBotAPIURL, "https", "http"))
	wrong("ZALOBOT_TEXT_LIMIT", c.ZaloBotTextLimit >= 200 && c.ZaloBotTextLimit <= 2000)
	wrong("ZALOBOT_MODE", isMode(c.ZaloBotMode))
	wrong("ZALOBOT_WEBHOOK_SECRET", isWebhookSecret(c.ZaloBotWebhookSecret))
}

// validateZalo refuses a half: an account that could receive but not answer.
func (c Config) validateZalo(problems *Problems) {
	const others = "missing, and other settings of Zalo are there"
	if c.ZaloAppID == "" && c.ZaloAppSecret == "" && c.ZaloOASecret == "" && c.ZaloAccessToken == "" &&
		c.ZaloRefreshToken == "" {
		return
	}
	if c.ZaloAppID == "" {
		problems.add("ZALO_APP_ID", others)
	}
	if c.ZaloAppSecret == "" {
		problems.add("ZALO_APP_SECRET", others)
	}
	if c.ZaloOASecret == "" {
		problems.add("ZALO_OA_SECRET", others)
	}
	if c.ZaloAccessToken != "" && c.ZaloRefreshToken == "" {
		problems.add("ZALO_REFRESH_TOKEN", "missing, and ZALO_ACCESS_TOKEN alone lasts a day")
	}
}

func isWebhookSecret(s Secret) bool { return s == "" || webhookSecret.MatchString(s.Reveal()) }

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
