package config

// about is what people are told of a key: help is a sentence for .env.example;
// want is what a right value looks like, shown there and when the value is
// missing or wrong.
type about struct{ Help, Want string }

var abouts = map[string]about{
	"DATABASE_URL": {
		"PostgreSQL 15 or later for real use. Left out, everything is one SQLite file in DATA_DIR: good for a first " +
			"try.",
		"postgres://user:password@host:5432/database or sqlite:PATH",
	},
	"MIGRATE_DATABASE_URL": {
		"The same PostgreSQL database, as the role that owns its tables: migrations run as it, and let the role of " +
			"DATABASE_URL use them and only add to the journal. Best given to 'canbobot migrate' alone.",
		"postgres://owner:password@host:5432/database",
	},
	"DATA_DIR": {"Folder of the SQLite file; made when it is missing.", "a folder, such as /var/lib/canbobot"},
	"REDIS_URL": {
		"Redis 7 for what may be lost: dialogue positions, limits, pacing. Left out, one inside the process is used; " +
			"several replicas need a real one.",
		"redis://user:password@host:6379/0",
	},
	"SECRET_KEY": {
		"Encrypts what must not be readable in the database, and hashes what is found by it. Without it nobody can read " +
			"that again: keep a copy apart from the database's backups. A database refuses every other key.",
		"32 random bytes in base64, as 'canbobot secret' prints them",
	},
	"SECRET_KEY_FILE": {
		"A file that holds SECRET_KEY, for whoever keeps secrets in files; in place of SECRET_KEY.",
		"a file with the key and nothing else, such as /run/secrets/canbobot",
	},
	"SECRET_KEYS_OLD": {
		"Former keys after a change of SECRET_KEY: they open and find what they sealed, until 'canbobot key rotate' has " +
			"sealed everything anew.",
		"keys in base64, separated by commas",
	},
	"AUDIT_FILE": {
		"A file outside the database that keeps the hash of every entry of the journal, best on a disk that the " +
			"database's operators cannot write: 'canbobot audit verify --file' then finds out whoever rewrites the " +
			"database. Each process wants a file of its own.",
		"a file, such as /var/lib/canbobot/audit.jsonl",
	},
	"HTTP_ADDR": {
		"Where webhooks and health checks are served; behind a proxy that speaks HTTPS.",
		"host:port, such as 127.0.0.1:8080, or :8080 for every address of the machine",
	},
	"ADMIN_ADDR": {
		"Where metrics are served. Keep it where only the operators reach it.",
		"host:port, such as 127.0.0.1:9090, or off",
	},
	"PUBLIC_URL": {
		"How the world reaches HTTP_ADDR: webhooks and download links begin with it.",
		"https://bot.example.gov.vn",
	},
	"LOG_LEVEL":      {"How much is logged; no level logs names, phones, texts or tokens.", "debug, info, warn or error"},
	"LOG_FORMAT":     {"Lines for people or for machines.", "text or json"},
	"TELEGRAM_TOKEN": {"The bot's token, from @BotFather.", "123456789:AAE...., from @BotFather"},
	"TELEGRAM_API_URL": {
		"Another address when Telegram is reached through a proxy or an own Bot API server.",
		"https://api.telegram.org",
	},
	"TELEGRAM_MODE": {
		"Polling needs no public address; webhook needs PUBLIC_URL and TELEGRAM_WEBHOOK_SECRET.",
		"polling or webhook",
	},
	"TELEGRAM_WEBHOOK_SECRET": {"Proves that a webhook call comes from Telegram.", "16 to 256 letters, digits, _ or -"},
	"TELEGRAM_RATE": {
		"Messages a second to many people, of all replicas together; answers go ahead of them. Telegram allows a bot " +
			"about 30 in all.",
		"a number from 0.1 to 10000, or 0 for no limit of ours",
	},
	"ZALO_APP_ID": {
		"The app that the Official Account is tied to, from developers.zalo.me.",
		"digits, from developers.zalo.me",
	},
	"ZALO_APP_SECRET": {"The app's secret key: renews the tokens.", "the secret key of the app"},
	"ZALO_OA_SECRET": {
		"The Official Account's secret key: proves that a webhook call comes from Zalo.",
		"the OA secret key of the app's webhook page",
	},
	"ZALO_ACCESS_TOKEN": {
		"Read at the first start only; afterwards the pair lives in the database, because each renewal replaces it.",
		"an access token, from the API explorer",
	},
	"ZALO_REFRESH_TOKEN": {
		"As ZALO_ACCESS_TOKEN. A refresh token works once: set the pair that no other program uses.",
		"the refresh token issued with ZALO_ACCESS_TOKEN",
	},
	"ZALO_TEXT_LIMIT": {
		"Letters in one message; a longer text is split at lines. Zalo documents 2000.",
		"a number from 200 to 2000",
	},
	"ZALO_BUTTON_LIMIT": {
		"Buttons under one message; with more, the choices become a numbered list.",
		"a number from 0 to 10",
	},
	"ZALO_BUTTON_TEMPLATE": {
		"Zalo takes buttons without a template type; should an account want one, name it here.",
		"nothing, or button",
	},
	"ZALO_APPSECRET_PROOF": {
		"Set when the app demands appsecret_proof with every call (error -242 says so).",
		"true or false",
	},
	"ZALO_RATE": {
		"As TELEGRAM_RATE. Zalo allows an app 4,000 requests a minute in all.",
		"a number from 0.1 to 10000, or 0 for no limit of ours",
	},
	"ZALO_SIGNATURE_OA_ID": {
		"Also takes webhook signatures that begin with the id of the Official Account in the place of the app's; each " +
			"is logged. 'canbobot zalo check' tells whether yours are such.",
		"true or false",
	},
	"ZALO_API_URL":       {"Another address for tests.", "https://openapi.zalo.me"},
	"ZALO_BUSINESS_URL":  {"Another address for tests.", "https://business.openapi.zalo.me"},
	"ZALO_OAUTH_URL":     {"Another address for tests.", "https://oauth.zaloapp.com"},
	"ZALOBOT_TOKEN":      {"The bot's token, from the Zalo Bot Manager.", "123456789:abc...., from the Zalo Bot Manager"},
	"ZALOBOT_API_URL":    {"Another address for tests.", "https://bot-api.zaloplatforms.com"},
	"ZALOBOT_TEXT_LIMIT": {"Letters in one message; a longer text is split at lines.", "a number from 200 to 2000"},
	"ZALOBOT_RATE": {
		"As TELEGRAM_RATE; Zalo does not say how fast a bot may write.",
		"a number from 0.1 to 10000, or 0 for no limit of ours",
	},
	"ZALOBOT_MODE": {
		"Polling needs no public address; webhook needs PUBLIC_URL and ZALOBOT_WEBHOOK_SECRET.",
		"polling or webhook",
	},
	"ZALOBOT_WEBHOOK_SECRET": {"Proves that a webhook call comes from Zalo.", "16 to 256 letters, digits, _ or -"},
}
