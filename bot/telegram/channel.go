package telegram

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Name is the channel's name, stored beside its accounts.
const Name = "telegram"

// Config is what the channel needs from the outside.
type Config struct {
	// Token is the bot's, from @BotFather. No error and no log line shows it.
	Token string
	// APIURL is where the Bot API lives, for methods and files alike;
	// https://api.telegram.org when empty.
	APIURL string
	// Client carries requests. Without one, a client is made that honours the
	// proxy settings of the environment. Redirects are never followed: they
	// would carry the token along.
	Client *http.Client
	// Uploads remembers files that went to many. Without it each is uploaded to
	// each.
	Uploads bot.Uploads
	// Rate is how many messages a second may go to many; 0 for no bound.
	Rate   float64
	Clock  func() time.Time
	Logger *slog.Logger
}

const (
	// callTimeout bounds a call whose context is more patient.
	callTimeout = 20 * time.Second
	// maxUnderway bounds the calls underway. The server begins to refuse at
	// 1,000, and at 100 uploads.
	maxUnderway = botapi.MaxUnderway
)

// Channel is the bot on Telegram. It implements bot.Channel and its powers
// Editor, Presser, Typist, Contacts and Fetcher. Making one asks nothing of the
// network.
type Channel struct {
	clock     func() time.Time
	logger    *slog.Logger
	token     string
	rate      float64
	methods   *url.URL // ends in /bot<token>/
	files     *url.URL // ends in /file/bot<token>/
	fault     error    // settings with which no call can succeed
	client    *http.Client
	patient   *http.Client // for long polls
	underway  chan struct{}
	keyboards keyboards
	owner     string // the bot's own id, whose the ids of files are
	uploader  *bot.Uploader
}

var (
	_ bot.Channel  = (*Channel)(nil)
	_ bot.Editor   = (*Channel)(nil)
	_ bot.Presser  = (*Channel)(nil)
	_ bot.Typist   = (*Channel)(nil)
	_ bot.Contacts = (*Channel)(nil)
	_ bot.Drawer   = (*Channel)(nil)
	_ bot.Fetcher  = (*Channel)(nil)
)

// New makes the channel. Settings that cannot work make every call fail as
// bot.Broken.
func New(config Config) *Channel {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.APIURL == "" {
		config.APIURL = "https://api.telegram.org"
	}
	c := &Channel{
		clock: config.Clock, logger: config.Logger, token: config.Token, rate: config.Rate,
		underway: make(chan struct{}, maxUnderway),
		uploader: &bot.Uploader{Uploads: config.Uploads, Clock: config.Clock, Logger: config.Logger},
	}
	c.owner, _, _ = strings.Cut(config.Token, ":") // outlives the token, as ids of files do
	c.client = botapi.Client(config.Client)
	patient := *c.client
	c.client.Timeout, patient.Timeout = callTimeout, pollTimeout+callTimeout
	if config.Client != nil && config.Client.Timeout != 0 {
		c.client.Timeout = config.Client.Timeout
	}
	c.patient = &patient

	base, ok := botapi.Base(config.APIURL)
	switch {
	case !ok:
		c.fault = &failure{code: http.StatusNotFound, description: "the address of the Bot API is no http(s) URL"}
	case !botapi.IsToken(config.Token):
		c.fault = &failure{code: http.StatusUnauthorized, description: "the token is not of the form 123456789:AAF..."}
	default:
		c.methods, c.files = base.JoinPath("bot"+config.Token+"/"), base.JoinPath("file", "bot"+config.Token+"/")
	}
	return c
}

// Name is "telegram".
func (c *Channel) Name() string { return Name }

// SharesContacts is true: Telegram tells whose number a shared contact is.
func (c *Channel) SharesContacts() bool { return true }

// Typing shows for five seconds, or until the next message, that the bot writes.
func (c *Channel) Typing(ctx context.Context, chatID string) error {
	_, err := c.ask(ctx, "sendChatAction", tgbotapi.Params{"chat_id": chatID, "action": tgbotapi.ChatTyping})
	return err
}

// Pressed ends the spinner of a pressed button. The time for it is short and
// undocumented, so it is best done before anything else; too late, or done
// before, is success.
func (c *Channel) Pressed(ctx context.Context, in bot.Inbound) error {
	query, ok := pressOf(in.EventID)
	if !ok || in.Action == "" {
		return nil
	}
	_, err := c.ask(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": query})
	if refusedAs(err, "query is too old") {
		return nil
	}
	return err
}

// Username asks who the bot is: the name in https://t.me/<name>?start=CODE.
func (c *Channel) Username(ctx context.Context) (string, error) {
	result, err := c.ask(ctx, "getMe", nil)
	if err != nil {
		return "", err
	}
	var self tgbotapi.User
	if err := json.Unmarshal(result, &self); err != nil || self.UserName == "" {
		return "", &bot.SendError{Fate: bot.Retry, Cause: &failure{method: "getMe", description: "the answer names nobody"}}
	}
	return self.UserName, nil
}

// Command is a line of the menu beside the text field.
type Command struct {
	Name        string // 1 to 32 of [a-z0-9_], without the slash
	Description string // 1 to 256 letters
}

// SetCommands fills the menu beside the text field.
func (c *Channel) SetCommands(ctx context.Context, commands []Command) error {
	list := make([]tgbotapi.BotCommand, len(commands))
	for i, command := range commands {
		list[i] = tgbotapi.BotCommand{Command: command.Name, Description: command.Description}
	}
	_, err := c.ask(ctx, "setMyCommands", tgbotapi.Params{"commands": toJSON(list)})
	return err
}

// ask makes a call on behalf of others: its failure is a *bot.SendError.
func (c *Channel) ask(ctx context.Context, method string, params tgbotapi.Params,
	files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	result, err := c.call(ctx, c.client, method, params, files...)
	if err != nil {
		return nil, c.sendError(err)
	}
	return result, nil
}

// toJSON writes a parameter made of strings and numbers, which always marshals.
func toJSON(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

// Pace is what Telegram bounds: about one message a second to one chat besides,
// with short bursts [Bots FAQ].
func (c *Channel) Pace() bot.Pace {
	if c.rate == 0 {
		return bot.Pace{}
	}
	return bot.Pace{PerSecond: c.rate, EachChat: time.Second}
}
