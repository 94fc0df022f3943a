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
// part of .env.example; help is a sentence for it; want is what a right value
// looks like, shown there and when the value is missing or wrong.
//
// A key that is set to nothing counts as not set.
type Config struct {
	DatabaseURL Secret `env:"DATABASE_URL" group:"Where things are kept" help:"PostgreSQL 15 or later for real use. Left out, everything is one SQLite file in DATA_DIR: good for a first try." want:"postgres://user:password@host:5432/database or sqlite:PATH"`
	DataDir     string `env:"DATA_DIR" envDefault:"data" help:"Folder of the SQLite file; made when it is missing." want:"a folder, such as /var/lib/canbobot"`
	RedisURL    Secret `env:"REDIS_URL" help:"Redis 7 for what may be lost: dialogue positions, limits, pacing. Left out, one inside the process is used; several replicas need a real one." want:"redis://user:password@host:6379/0"`

	SecretKey     Secret `env:"SECRET_KEY" group:"The key to personal data" help:"Encrypts citizen ids and bank accounts, and hashes phones and invites. Without it nobody can read them again: keep a copy apart from the database's backups." want:"32 random bytes in base64, as 'canbobot secret' prints them"`
	SecretKeysOld Secret `env:"SECRET_KEYS_OLD" help:"Former keys after a change of SECRET_KEY, newest first: they open what they sealed, and the last one goes on hashing." want:"keys in base64, separated by commas"`

	AuditFile string `env:"AUDIT_FILE" help:"A file outside the database that keeps the hash of every entry of the journal, best on a disk that the database's operators cannot write: 'canbobot audit verify --file' then finds out whoever rewrites the database. Each process wants a file of its own." want:"a file, such as /var/lib/canbobot/audit.jsonl"`

	HTTPAddr  string `env:"HTTP_ADDR" envDefault:"127.0.0.1:8080" group:"Addresses" help:"Where webhooks and health checks are served; behind a proxy that speaks HTTPS." want:"host:port, such as 127.0.0.1:8080, or :8080 for every address of the machine"`
	AdminAddr string `env:"ADMIN_ADDR" envDefault:"127.0.0.1:9090" help:"Where metrics are served. Keep it where only the operators reach it." want:"host:port, such as 127.0.0.1:9090, or off"`
	PublicURL string `env:"PUBLIC_URL" help:"How the world reaches HTTP_ADDR: webhooks and download links begin with it." want:"https://bot.example.gov.vn"`

	LogLevel  slog.Level `env:"LOG_LEVEL" envDefault:"info" group:"Logs" help:"How much is logged; no level logs names, phones, texts or tokens." want:"debug, info, warn or error"`
	LogFormat string     `env:"LOG_FORMAT" envDefault:"text" help:"Lines for people or for machines." want:"text or json"`

	TelegramToken         Secret  `env:"TELEGRAM_TOKEN" group:"Telegram (off without a token)" help:"The bot's token, from @BotFather." want:"123456789:AAE...., from @BotFather"`
	TelegramAPIURL        string  `env:"TELEGRAM_API_URL" envDefault:"https://api.telegram.org" help:"Another address when Telegram is reached through a proxy or an own Bot API server." want:"https://api.telegram.org"`
	TelegramMode          string  `env:"TELEGRAM_MODE" envDefault:"polling" help:"Polling needs no public address; webhook needs PUBLIC_URL and TELEGRAM_WEBHOOK_SECRET." want:"polling or webhook"`
	TelegramWebhookSecret Secret  `env:"TELEGRAM_WEBHOOK_SECRET" help:"Proves that a webhook call comes from Telegram." want:"16 to 256 letters, digits, _ or -"`
	TelegramRate          float64 `env:"TELEGRAM_RATE" envDefault:"25" help:"Messages a second to many people, of all replicas together; answers go ahead of them. Telegram allows a bot about 30 in all." want:"a number from 0.1 to 10000, or 0 for no limit of ours"`

	ZaloAppID        string  `env:"ZALO_APP_ID" group:"Zalo Official Account (off without an app)" help:"The app that the Official Account is tied to, from developers.zalo.me." want:"digits, from developers.zalo.me"`
	ZaloAppSecret    Secret  `env:"ZALO_APP_SECRET" help:"The app's secret key: renews the tokens." want:"the secret key of the app"`
	ZaloOASecret     Secret  `env:"ZALO_OA_SECRET" help:"The Official Account's secret key: proves that a webhook call comes from Zalo." want:"the OA secret key of the app's webhook page"`
	ZaloAccessToken  Secret  `env:"ZALO_ACCESS_TOKEN" help:"Read at the first start only; afterwards the pair lives in the database, because each renewal replaces it." want:"an access token, from the API explorer"`
	ZaloRefreshToken Secret  `env:"ZALO_REFRESH_TOKEN" help:"As ZALO_ACCESS_TOKEN. A refresh token works once: set the pair that no other program uses." want:"the refresh token issued with ZALO_ACCESS_TOKEN"`
	ZaloTextLimit    int     `env:"ZALO_TEXT_LIMIT" envDefault:"2000" help:"Letters in one message; a longer text is split at lines. Zalo documents 2000." want:"a number from 200 to 2000"`
	ZaloButtonLimit  int     `env:"ZALO_BUTTON_LIMIT" envDefault:"5" help:"Buttons under one message; with more, the choices become a numbered list." want:"a number from 0 to 10"`
	ZaloButtonType   string  `env:"ZALO_BUTTON_TEMPLATE" help:"Zalo takes buttons without a template type; should an account want one, name it here." want:"nothing, or button"`
	ZaloProof        bool    `env:"ZALO_APPSECRET_PROOF" envDefault:"false" help:"Set when the app demands appsecret_proof with every call (error -242 says so)." want:"true or false"`
	ZaloRate         float64 `env:"ZALO_RATE" envDefault:"40" help:"As TELEGRAM_RATE. Zalo allows an app 4,000 requests a minute in all." want:"a number from 0.1 to 10000, or 0 for no limit of ours"`
	ZaloSignedByOA   bool    `env:"ZALO_SIGNATURE_OA_ID" envDefault:"false" help:"Also takes webhook signatures that begin with the id of the Official Account in the place of the app's; each is logged. 'canbobot zalo check' tells whether yours are such." want:"true or false"`
	ZaloAPIURL       string  `env:"ZALO_API_URL" envDefault:"https://openapi.zalo.me" help:"Another address for tests." want:"https://openapi.zalo.me"`
	ZaloBusinessURL  string  `env:"ZALO_BUSINESS_URL" envDefault:"https://business.openapi.zalo.me" help:"Another address for tests." want:"https://business.openapi.zalo.me"`
	ZaloOAuthURL     string  `env:"ZALO_OAUTH_URL" envDefault:"https://oauth.zaloapp.com" help:"Another address for tests." want:"https://oauth.zaloapp.com"`

	ZaloBotToken         Secret  `env:"ZALOBOT_TOKEN" group:"Zalo Bot Platform (off without a token)" help:"The bot's token, from the Zalo Bot Manager." want:"123456789:abc...., from the Zalo Bot Manager"`
	ZaloBotAPIURL        string  `env:"ZALOBOT_API_URL" envDefault:"https://bot-api.zaloplatforms.com" help:"Another address for tests." want:"https://bot-api.zaloplatforms.com"`
	ZaloBotTextLimit     int     `env:"ZALOBOT_TEXT_LIMIT" envDefault:"2000" help:"Letters in one message; a longer text is split at lines." want:"a number from 200 to 2000"`
	ZaloBotRate          float64 `env:"ZALOBOT_RATE" envDefault:"10" help:"As TELEGRAM_RATE; Zalo does not say how fast a bot may write." want:"a number from 0.1 to 10000, or 0 for no limit of ours"`
	ZaloBotMode          string  `env:"ZALOBOT_MODE" envDefault:"polling" help:"Polling needs no public address; webhook needs PUBLIC_URL and ZALOBOT_WEBHOOK_SECRET." want:"polling or webhook"`
	ZaloBotWebhookSecret Secret  `env:"ZALOBOT_WEBHOOK_SECRET" help:"Proves that a webhook call comes from Zalo." want:"16 to 256 letters, digits, _ or -"`
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
	c.validate(problems)
	return c, problems.orNil()
}

// setting is one key as the tags describe it.
type setting struct {
	Key, Default, Group, Help, Want string
	Field                           string
	Value                           reflect.Value
}

// settings lists every key in the order of .env.example.
func settings(c *Config) []setting {
	v := reflect.ValueOf(c).Elem()
	list := make([]setting, v.NumField())
	for i := range list {
		field := v.Type().Field(i)
		list[i] = setting{
			Key: field.Tag.Get("env"), Default: field.Tag.Get("envDefault"), Group: field.Tag.Get("group"),
			Help: field.Tag.Get("help"), Want: field.Tag.Get("want"),
			Field: field.Name, Value: v.Field(i),
		}
	}
	return list
}
