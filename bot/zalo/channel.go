package zalo

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"canbobot/bot"
	"canbobot/bot/botapi"
)

// Name is the channel's name, stored beside its accounts.
const Name = "zalo"

// Config is what the channel needs from the outside.
type Config struct {
	// AppID and AppSecret are the app's; OASecret is the "OA Secret Key" of its
	// webhook page, which signs events and nothing else.
	AppID, AppSecret, OASecret string
	// APIURL and BusinessURL are the two hosts of the OpenAPI: messages to a
	// user's id, and templates to a phone number. Zalo's own when empty.
	APIURL, BusinessURL string
	Tokens              Tokens
	// Shelf takes the files that Zalo does not carry. Without one they are
	// refused.
	Shelf bot.Shelf
	// Uploads remembers files that went to many. Without it each is uploaded to
	// each.
	Uploads bot.Uploads
	Words   Words

	// TextLimit is how many letters (runes, composed) a message may have; 2,000
	// when 0. A twentieth is kept free, since it is not known what exactly is
	// counted.
	TextLimit   int
	ButtonLimit int    // buttons under a message; with 0 all choices are numbered
	ButtonType  string // template_type beside buttons; none when empty
	Proof       bool   // send appsecret_proof
	SignedByOA  bool   // take signatures that begin with the OA's id too
	// FormImage is the address of the picture on the form that asks for a
	// person's number. Without one, nobody is offered the form.
	FormImage string
	// FetchHosts are the domains, each with all below it, on which Zalo keeps what
	// people have sent; those known when nil.
	FetchHosts []string

	// Client carries requests. Without one, a client is made that honours the
	// proxy settings of the environment. Its Timeout is not used, as calls differ
	// in patience, and redirects are never followed: they would carry the token
	// along.
	Client *http.Client
	// Rate is how many messages a second may go to many; 0 for no bound.
	Rate   float64
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

const (
	defaultAPIURL      = "https://openapi.zalo.me"
	defaultBusinessURL = "https://business.openapi.zalo.me"
	defaultTextLimit   = 2000
	// callPatience bounds a call whose context is more patient; uploadPatience one
	// that carries up to 5 MB.
	callPatience   = 20 * time.Second
	uploadPatience = time.Minute
)

// defaultFetchHosts are the domains seen in events.
var defaultFetchHosts = []string{"zdn.vn", "zalo.me", "zaloapp.com", "zadn.vn"}

// Channel is the Official Account. It implements bot.Channel and its powers
// Numbered, Windowed, Templater, Reactor and Fetcher. Making one asks nothing
// of the network.
type Channel struct {
	config   Config
	clock    func() time.Time
	logger   *slog.Logger
	client   *http.Client
	visitor  *http.Client // for Fetch
	api      *url.URL
	business *url.URL
	home     string   // host and port of the API when it is this machine: a fake
	fault    *failure // settings with which no call can succeed
	limit    int      // runes in a message
	underway chan struct{}
	uploader *bot.Uploader
	// oa is the account's own id, once Zalo has named it: events of another
	// account are not ours.
	oa atomic.Pointer[string]
}

var (
	_ bot.Channel   = (*Channel)(nil)
	_ bot.Numbered  = (*Channel)(nil)
	_ bot.Windowed  = (*Channel)(nil)
	_ bot.Reporter  = (*Channel)(nil)
	_ bot.Templater = (*Channel)(nil)
	_ bot.Reactor   = (*Channel)(nil)
	_ bot.Drawer    = (*Channel)(nil)
	_ bot.Fetcher   = (*Channel)(nil)
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
	if config.Count == nil {
		config.Count = func(string) {}
	}
	if config.Words.Link == nil {
		config.Words.Link = func(name, address string) string { return name + "\n" + address }
	}
	if config.APIURL == "" {
		config.APIURL = defaultAPIURL
	}
	if config.BusinessURL == "" {
		config.BusinessURL = defaultBusinessURL
	}
	if config.FetchHosts == nil {
		config.FetchHosts = defaultFetchHosts
	}
	c := &Channel{
		config: config, clock: config.Clock, logger: config.Logger,
		limit: botapi.Room(config.TextLimit, defaultTextLimit), underway: make(chan struct{}, botapi.MaxUnderway),
		uploader: &bot.Uploader{Uploads: config.Uploads, Lasts: uploadsLast, Clock: config.Clock, Logger: config.Logger},
	}
	c.client, c.visitor = botapi.Client(config.Client), botapi.Client(config.Client)
	c.visitor.CheckRedirect = func(next *http.Request, before []*http.Request) error {
		if len(before) > maxRedirects || !c.allowed(next.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}

	var atAPI, atBusiness bool
	c.api, atAPI = botapi.Base(config.APIURL)
	c.business, atBusiness = botapi.Base(config.BusinessURL)
	switch {
	case !atAPI || !atBusiness || c.api.User != nil || c.business.User != nil:
		c.fault = &failure{method: "settings", cause: errNoAddress}
	case config.Tokens == nil:
		c.fault = &failure{method: "settings", cause: errNoTokens}
	default:
		c.home = botapi.Home(c.api)
	}
	return c
}

// Name is "zalo".
func (c *Channel) Name() string { return Name }

// owner is whose the uploaded files are: the app's, for its account. While Zalo
// has not named that one, the app's alone: the ids of another account are then
// refused, and forgotten.
func (c *Channel) owner() string {
	if id := c.oa.Load(); id != nil {
		return c.config.AppID + "/" + *id
	}
	return c.config.AppID
}

// OwnedBy tells the channel the id of its Official Account.
func (c *Channel) OwnedBy(id string) {
	if id != "" {
		c.oa.Store(&id)
	}
}

// Pace is what the platform bounds.
func (c *Channel) Pace() bot.Pace { return bot.Pace{PerSecond: c.config.Rate} }
