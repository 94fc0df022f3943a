// Package config reads the settings from the environment: every key stands
// here once, with its default, its help and what a right value looks like.
package config

import (
	"log/slog"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is the settings of the program. Tags: env is the key; group begins a
// part of .env.example. What a key is for stands in abouts.
//
// A key that is set to nothing counts as not set.
type Config struct {
	DatabaseURL        Secret `env:"DATABASE_URL" group:"Where things are kept"`
	MigrateDatabaseURL Secret `env:"MIGRATE_DATABASE_URL"`
	DataDir            string `env:"DATA_DIR" envDefault:"data"`
	RedisURL           Secret `env:"REDIS_URL"`

	SecretKey     Secret `env:"SECRET_KEY" group:"The key to personal data"`
	SecretKeyFile string `env:"SECRET_KEY_FILE"`
	SecretKeysOld Secret `env:"SECRET_KEYS_OLD"`

	AuditFile string `env:"AUDIT_FILE"`

	HTTPAddr  string `env:"HTTP_ADDR" envDefault:"127.0.0.1:8080" group:"Addresses"`
	AdminAddr string `env:"ADMIN_ADDR" envDefault:"127.0.0.1:9090"`
	PublicURL string `env:"PUBLIC_URL"`

	LogLevel  slog.Level `env:"LOG_LEVEL" envDefault:"info" group:"Logs"`
	LogFormat string     `env:"LOG_FORMAT" envDefault:"text"`

	TelegramToken         Secret  `env:"TELEGRAM_TOKEN" group:"Telegram (off without a token)"`
	TelegramAPIURL        string  `env:"TELEGRAM_API_URL" envDefault:"https://api.telegram.org"`
	TelegramMode          string  `env:"TELEGRAM_MODE" envDefault:"polling"`
	TelegramWebhookSecret Secret  `env:"TELEGRAM_WEBHOOK_SECRET"`
	TelegramRate          float64 `env:"TELEGRAM_RATE" envDefault:"25"`

	ZaloAppID        string  `env:"ZALO_APP_ID" group:"Zalo Official Account (off without an app)"`
	ZaloAppSecret    Secret  `env:"ZALO_APP_SECRET"`
	ZaloOASecret     Secret  `env:"ZALO_OA_SECRET"`
	ZaloAccessToken  Secret  `env:"ZALO_ACCESS_TOKEN"`
	ZaloRefreshToken Secret  `env:"ZALO_REFRESH_TOKEN"`
	ZaloTextLimit    int     `env:"ZALO_TEXT_LIMIT" envDefault:"2000"`
	ZaloButtonLimit  int     `env:"ZALO_BUTTON_LIMIT" envDefault:"5"`
	ZaloButtonType   string  `env:"ZALO_BUTTON_TEMPLATE"`
	ZaloProof        bool    `env:"ZALO_APPSECRET_PROOF" envDefault:"false"`
	ZaloRate         float64 `env:"ZALO_RATE" envDefault:"40"`
	ZaloSignedByOA   bool    `env:"ZALO_SIGNATURE_OA_ID" envDefault:"false"`
	ZaloAPIURL       string  `env:"ZALO_API_URL" envDefault:"https://openapi.zalo.me"`
	ZaloBusinessURL  string  `env:"ZALO_BUSINESS_URL" envDefault:"https://business.openapi.zalo.me"`
	ZaloOAuthURL     string  `env:"ZALO_OAUTH_URL" envDefault:"https://oauth.zaloapp.com"`

	ZaloBotToken         Secret  `env:"ZALOBOT_TOKEN" group:"Zalo Bot Platform (off without a token)"`
	ZaloBotAPIURL        string  `env:"ZALOBOT_API_URL" envDefault:"https://bot-api.zaloplatforms.com"`
	ZaloBotTextLimit     int     `env:"ZALOBOT_TEXT_LIMIT" envDefault:"2000"`
	ZaloBotRate          float64 `env:"ZALOBOT_RATE" envDefault:"10"`
	ZaloBotMode          string  `env:"ZALOBOT_MODE" envDefault:"polling"`
	ZaloBotWebhookSecret Secret  `env:"ZALOBOT_WEBHOOK_SECRET"`
}

// Load reads settings from lines of KEY=value, as os.Environ gives them. Its
// error is *Problems and names everything that is wrong at once; what is merely
// missing is for Check, since each command needs something else.
func Load(environ []string) (Config, error) {
	values := map[string]string{}
	for _, line := range environ {
		key, value, _ := strings.Cut(line, "=")
		if value = strings.TrimSpace(value); value != "" && key != "" {
			values[key] = value
		}
	}
	var c Config
	problems := &Problems{}
	if err := env.ParseWithOptions(&c, env.Options{Environment: values}); err != nil {
		problems.parse(err)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.AdminAddr == "off" {
		c.AdminAddr = ""
	}
	c.readKey(problems)
	c.validate(problems)
	return c, problems.orNil()
}

// setting is one key as its tags and abouts describe it.
type setting struct {
	about
	Key, Default, Group string
	Field               string
	Value               reflect.Value
}

// settings lists every key in the order of .env.example.
func settings(c *Config) []setting {
	v := reflect.ValueOf(c).Elem()
	list := make([]setting, v.NumField())
	for i := range list {
		field := v.Type().Field(i)
		key := field.Tag.Get("env")
		list[i] = setting{
			Key: key, Default: field.Tag.Get("envDefault"), Group: field.Tag.Get("group"), about: abouts[key],
			Field: field.Name, Value: v.Field(i),
		}
	}
	return list
}
