package zalobot

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Name is the channel's name, stored beside its accounts.
const Name = "zalobot"

// Config is what the channel needs from the outside.
type Config struct {
	// Token is the bot's, from the Zalo Bot Manager. No error and no log line
	// shows it.
	Token string
	// APIURL is where the platform lives; https://bot-api.zaloplatforms.com when
	// empty.
	APIURL string
	// TextLimit is how many letters (runes, composed) a message may have; 2,000
	// when 0. A twentieth is kept free, since it is not known what exactly is
	// counted.
	TextLimit int
	// TimeoutAsText sends the patience of a poll as a string. The documentation
	// says both.
	TimeoutAsText bool

	Shelf bot.Shelf // without one, no file can be sent
	Words Words

	// Client carries requests. Without one, a client is made that honours the
	// proxy settings of the environment. Its Timeout is not used, as calls differ
	// in patience, and redirects are never followed: they would carry the token
	// along.
	Client *http.Client
	// Rate is how many messages a second may go to many; 0 for no bound.
	Rate   float64
	Clock  func() time.Time
	Logger *slog.Logger
	// Count adds one to a counter: Unreadable, UnknownEvent, Lost.
	Count func(what string)
}

// Words are what the channel itself has to say.
type Words struct {
	// Numbers goes under numbered choices; the example is one of the numbers.
	Numbers func(example string) string
	// Link stands in the place of a file.
	Link func(name, address string) string
}

// What is counted.
const (
	Unreadable   = "unreadable"    // an event that can never be read
	UnknownEvent = "unknown_event" // of a name that is not known here
	Lost         = "lost"          // an update that was fetched and that the handler never took
)

const (
	defaultAPIURL    = "https://bot-api.zaloplatforms.com"
	defaultTextLimit = 2000
	// callPatience bounds a call whose context is more patient; photoPatience one
	// in which the platform fetches a picture first.
	callPatience  = 20 * time.Second
	photoPatience = 150 * time.Second
)

// Channel is the bot on Zalo. It implements bot.Channel and its powers Numbered,
// Typist and Fetcher. Making one asks nothing of the network.
type Channel struct {
	clock  func() time.Time
	logger *slog.Logger
	count  func(string)
	shelf  bot.Shelf
	words  Words
	limit  int // runes in a message

	token         string
	rate          float64
	methods       *url.URL // ends in /bot<token>/
	home          string   // host and port of the platform when it is this machine: a fake
	fault         error    // settings with which no call can succeed
	client        *http.Client
	underway      chan struct{}
	timeoutAsText bool

	pause func(ctx context.Context, d time.Duration) error // waits, unless ctx ends first
}

var (
	_ bot.Channel  = (*Channel)(nil)
	_ bot.Numbered = (*Channel)(nil)
	_ bot.Typist   = (*Channel)(nil)
	_ bot.Drawer   = (*Channel)(nil)
	_ bot.Fetcher  = (*Channel)(nil)
)

// New makes the channel. Settings that cannot work make every call fail as
// bot.Broken.
func New(config Config) *Channel {
	c := &Channel{
		clock: config.Clock, logger: config.Logger, count: config.Count, shelf: config.Shelf, words: config.Words,
		token: config.Token, rate: config.Rate, timeoutAsText: config.TimeoutAsText,
		limit: botapi.Room(config.TextLimit, defaultTextLimit), client: botapi.Client(config.Client),
		underway: make(chan struct{}, botapi.MaxUnderway), pause: botapi.Pause,
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	if c.count == nil {
		c.count = func(string) {}
	}
	if c.words.Link == nil {
		c.words.Link = func(name, address string) string { return name + "\n" + address }
	}
	if config.APIURL == "" {
		config.APIURL = defaultAPIURL
	}
	base, ok := botapi.Base(config.APIURL)
	switch {
	case !ok:
		c.fault = &failure{said: true, code: http.StatusNotFound,
			description: "the address of the platform is no http(s) URL"}
	case !botapi.IsToken(config.Token):
		c.fault = &failure{said: true, code: http.StatusUnauthorized,
			description: "the token is not of the form 123456:abc..."}
	default:
		c.methods = base.JoinPath("bot" + config.Token + "/")
		c.home = botapi.Home(base)
	}
	return c
}

// Name is "zalobot".
func (c *Channel) Name() string { return Name }

// Numbers is true for every reply that offers a choice: there are no buttons.
func (c *Channel) Numbers(reply bot.Reply) bool { return len(bot.Choices(reply)) > 0 }

// Typing shows for a moment that the bot writes.
func (c *Channel) Typing(ctx context.Context, chatID string) error {
	if err := checkChat(chatID); err != nil {
		return err
	}
	_, err := c.ask(ctx, callPatience, "sendChatAction", chatAction{ChatID: chatID, Action: "typing"})
	return err
}

type chatAction struct {
	ChatID string `json:"chat_id"`
	Action string `json:"action"`
}

// ask makes a call on behalf of others: its failure is a *bot.SendError.
func (c *Channel) ask(ctx context.Context, patience time.Duration, method string, params any) (json.RawMessage, error) {
	result, err := c.call(ctx, patience, method, params)
	if err != nil {
		return nil, c.sendError(err)
	}
	return result, nil
}

// Pace is what the platform bounds.
func (c *Channel) Pace() bot.Pace { return bot.Pace{PerSecond: c.rate} }
