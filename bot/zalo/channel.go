package zalo

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"canbobot/bot"
)

// Name is the channel's name, stored beside its accounts.
const Name = "zalo"

// Config is what the channel needs from the outside.
type Config struct {
	// AppID and AppSecret are the app's; OASecret is the "OA Secret Key" of its
	// webhook page, which signs events and nothing else.
	AppID, AppSecret, OASecret string
	// APIURL and BusinessURL are the two hosts of the OpenAPI: messages to a
	// user's id, and templates to a phone number.
	APIURL, BusinessURL string
	Tokens              Tokens
	// Shelf takes the files that Zalo does not carry.
	Shelf bot.Shelf
	Words Words

	TextLimit   int    // runes in a message
	ButtonLimit int    // buttons under a message
	ButtonType  string // template_type beside buttons; none when empty
	Proof       bool   // send appsecret_proof
	SignedByOA  bool   // take signatures that begin with the OA's id too
	// FormImage is the address of the picture on the form that asks for a
	// person's number. Without one, nobody is offered the form.
	FormImage string

	Client *http.Client
	Clock  func() time.Time
	Logger *slog.Logger
	// Count adds one to a counter of what was refused or passed over.
	Count func(what string)
}

// Words are what the channel itself has to say.
type Words struct {
	// Numbers goes under a numbered list; the example is a number of it.
	Numbers func(example string) string
	// Link stands in the place of a file.
	Link func(name, address string) string
	// FormTitle and FormText stand on the form that asks for a person's number.
	FormTitle, FormText string
}

// Tokens keeps the Official Account's access token.
type Tokens interface {
	// Access is the token to speak with.
	Access(ctx context.Context) (string, error)
	// Renew returns the token that follows the one that Zalo refused; renewed by
	// somebody else meanwhile, it asks nobody.
	Renew(ctx context.Context, refused string) (string, error)
}

// Channel is the Official Account. It implements bot.Channel and its powers
// Numbered, Windowed, Templater, Reactor and Fetcher. Making one asks nothing
// of the network.
type Channel struct {
	config Config
	clock  func() time.Time
	logger *slog.Logger
	client *http.Client
	// oa is the account's own id, once Zalo has named it: events of another
	// account are not ours.
	oa atomic.Pointer[string]
}

// New makes the channel.
func New(config Config) *Channel {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Count == nil {
		config.Count = func(string) {}
	}
	c := &Channel{config: config, clock: config.Clock, logger: config.Logger, client: config.Client}
	if c.client == nil {
		c.client = &http.Client{Timeout: 20 * time.Second}
	}
	return c
}

// Name is "zalo".
func (c *Channel) Name() string { return Name }

// OwnedBy tells the channel the id of its Official Account.
func (c *Channel) OwnedBy(id string) {
	if id != "" {
		c.oa.Store(&id)
	}
}
