package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/bot/zalo"
	"canbobot/config"
	"canbobot/services/channels"
	"canbobot/services/ward"
)

// official is the ward's Official Account on Zalo with what our settings say of it.
type official struct {
	*zalo.Channel
	tokens  *channels.Tokens
	ward    *ward.Services
	logger  *slog.Logger
	account atomic.Pointer[zalo.Account] // once Zalo has named it
}

// zaloPair are the tokens of the settings.
func zaloPair(settings config.Config) channels.Pair {
	return channels.Pair{Access: settings.ZaloAccessToken.Reveal(), Refresh: settings.ZaloRefreshToken.Reveal()}
}

// ZaloTokens keeps the Official Account's pair in the ward's database.
func ZaloTokens(settings config.Config, ward *ward.Services, logger *slog.Logger) *channels.Tokens {
	oauth := &zalo.OAuth{AppID: settings.ZaloAppID, AppSecret: settings.ZaloAppSecret.Reveal(), URL: settings.ZaloOAuthURL}
	return channels.NewTokens(ward.Store, ward.Vault, ward.Outbox, ward.Clock, zalo.Name, settings.DataDir,
		renewer{oauth}, logger)
}

// ZaloChannel is the channel as a command needs it.
func ZaloChannel(settings config.Config, ward *ward.Services, tokens *channels.Tokens,
	logger *slog.Logger) *zalo.Channel {
	return zalo.New(zalo.Config{
		AppID: settings.ZaloAppID, AppSecret: settings.ZaloAppSecret.Reveal(), OASecret: settings.ZaloOASecret.Reveal(),
		APIURL: settings.ZaloAPIURL, BusinessURL: settings.ZaloBusinessURL, Tokens: ZaloAccess{tokens},
		Proof:     settings.ZaloProof,
		TextLimit: settings.ZaloTextLimit, ButtonLimit: settings.ZaloButtonLimit,
		Clock: ward.Clock, Logger: logger,
	})
}

// openZalo wires the Official Account; nothing is asked of Zalo yet.
func openZalo(ctx context.Context, opened *opening) bot.Channel {
	settings, ward, words, logger := opened.Settings, opened.Ward, opened.Words, opened.Logger
	if settings.ZaloAppID == "" {
		logger.Info("channel is off", "channel", zalo.Name, "missing", "ZALO_APP_ID")
		return nil
	}
	logger = logger.With("channel", zalo.Name)
	o := &official{tokens: ZaloTokens(settings, ward, logger), ward: ward, logger: logger}
	if err := o.tokens.Seed(ctx, zaloPair(settings)); err != nil {
		// The others run on; with a pair from 'canbobot zalo token' this one does too.
		logger.Error("no pair of tokens to begin with: set ZALO_ACCESS_TOKEN and ZALO_REFRESH_TOKEN, or run canbobot zalo "+
			"token", "error", err)
	}
	opened.closing(func() error {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		return o.tokens.Close(ending)
	})
	formImage := ""
	if settings.PublicURL != "" {
		formImage = settings.PublicURL + formImagePath
	}
	o.Channel = zalo.New(zalo.Config{
		AppID: settings.ZaloAppID, AppSecret: settings.ZaloAppSecret.Reveal(), OASecret: settings.ZaloOASecret.Reveal(),
		APIURL: settings.ZaloAPIURL, BusinessURL: settings.ZaloBusinessURL,
		Tokens: ZaloAccess{o.tokens}, Shelf: opened.shelf, Uploads: ward.Channels.Uploads(zalo.Name),
		Rate: settings.ZaloRate,
		Words: zalo.Words{
			Numbers:   numbersHint(words),
			Link:      fileLink(words),
			FormTitle: words.Say("zalo_form.title", nil), FormText: words.Say("zalo_form.text", nil),
		},
		TextLimit: settings.ZaloTextLimit, ButtonLimit: settings.ZaloButtonLimit, ButtonType: settings.ZaloButtonType,
		Proof: settings.ZaloProof, SignedByOA: settings.ZaloSignedByOA, FormImage: formImage,
		Clock: ward.Clock, Logger: logger, Count: opened.count(zalo.Name),
	})
	if state, err := o.tokens.State(ctx); err == nil { // known from an earlier start
		o.OwnedBy(state.Owner)
	}
	return o
}

func numbersHint(words *texts.Texts) func(example string) string {
	return func(example string) string { return words.Say("numbered.hint", bot.Fields{"example": example}) }
}

func fileLink(words *texts.Texts) func(name, address string) string {
	return func(name, address string) string {
		return words.Say("file_link.text", bot.Fields{"name": name, "address": address})
	}
}

// silenceMost is how long no event may come before somebody should look: Zalo
// switches a webhook off after failures, and says nothing.
const silenceMost = 72 * time.Hour

// Door is the account's chat; empty until Zalo has said whose it is.
func (o *official) Door() bot.Door {
	account := o.account.Load()
	if account == nil {
		return bot.Door{}
	}
	return bot.Door{Chat: "https://zalo.me/" + account.ID}
}

// Repeats is true: Zalo wants its answer within two seconds, and brings again what
// did not get one.
func (o *official) Repeats() bool { return true }

// Routes are where Zalo pushes, and the picture on its form.
func (o *official) Routes(handler bot.Handler) map[string]http.Handler {
	return map[string]http.Handler{
		webhookPath(zalo.Name): o.WebhookHandler(o.hearing(handler)),
		"GET " + formImagePath: formImage(),
	}
}

// hearing notes that Zalo still sends events, and passes them on.
func (o *official) hearing(next bot.Handler) bot.Handler {
	return handlerFunc(func(ctx context.Context, in bot.Inbound) error {
		o.ward.Channels.Heard(zalo.Name)
		return next.Handle(ctx, in)
	})
}

// Watch is the round of the clock: the pair is renewed ahead of time, and
// silence is reported.
func (o *official) Watch(ctx context.Context) error {
	err := o.tokens.KeepFresh(ctx)
	if errors.Is(err, channels.ErrLost) {
		err = nil // reported when it was lost
	}
	return errors.Join(err, o.ward.Channels.CheckSilence(ctx, zalo.Name, silenceMost))
}

// Run asks Zalo whose account this is, again and again until it says.
func (o *official) Run(ctx context.Context, _ bot.Handler) {
	retry(ctx, o.logger, "ask for the Official Account", func() error {
		account, err := o.Account(ctx)
		if err != nil {
			return err
		}
		o.account.Store(&account)
		if err := o.tokens.OwnedBy(ctx, account.ID); err != nil {
			o.logger.Warn("owner of the tokens not kept", "error", err)
		}
		if !account.Verified || account.Package == "" {
			o.logger.Warn("the Official Account may not be allowed to send: see canbobot zalo check", "verified",
				account.Verified, "package", account.Package)
		}
		return nil
	})
}

// handlerFunc is a function as a bot.Handler.
type handlerFunc func(ctx context.Context, in bot.Inbound) error

func (f handlerFunc) Handle(ctx context.Context, in bot.Inbound) error { return f(ctx, in) }

// renewer asks Zalo for the pair that follows, in the words of the service that
// keeps it.
type renewer struct{ oauth *zalo.OAuth }

func (r renewer) Renew(ctx context.Context, refresh string) (channels.Pair, error) {
	access, next, life, err := r.oauth.Renew(ctx, refresh)
	switch {
	case err == nil:
		return channels.Pair{Access: access, Refresh: next, ExpiresIn: life}, nil
	case bot.FateOf(err) == bot.Broken:
		return channels.Pair{}, channels.Refused{Code: fmt.Sprint(errors.Unwrap(err))}
	case bot.FateOf(err) == bot.Uncertain:
		return channels.Pair{}, fmt.Errorf("%w: %w", channels.ErrUnheard, err)
	}
	return channels.Pair{}, err
}

// ZaloAccess hands the channel its token, in the words of a failed send.
type ZaloAccess struct{ Tokens *channels.Tokens }

func (a ZaloAccess) Access(ctx context.Context) (string, error) {
	token, err := a.Tokens.Access(ctx)
	return token, tokenFate(err)
}

func (a ZaloAccess) Renew(ctx context.Context, refused string) (string, error) {
	token, err := a.Tokens.Renew(ctx, refused)
	return token, tokenFate(err)
}

func tokenFate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, channels.ErrLost), errors.Is(err, channels.ErrNone):
		return &bot.SendError{Fate: bot.Broken, Why: bot.WhyToken, Cause: err}
	}
	return &bot.SendError{Fate: bot.Retry, Cause: err}
}

const formImagePath = "/zalo/form.png"

// formImage is the picture on Zalo's form that asks for a number: a telephone
// in the page's green.
func formImage() http.Handler {
	picture := image.NewRGBA(image.Rect(0, 0, 640, 360))
	box := func(x0, y0, x1, y1 int, c color.Color) {
		imagedraw.Draw(picture, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, imagedraw.Src)
	}
	green, white := color.RGBA{0x0a, 0x5c, 0x36, 0xff}, color.RGBA{0xff, 0xff, 0xff, 0xff}
	box(0, 0, 640, 360, green)
	box(250, 50, 390, 310, white)
	box(262, 76, 378, 270, green)
	box(308, 282, 332, 298, green)
	for row := range 3 {
		for column := range 3 {
			box(278+column*32, 100+row*52, 302+column*32, 136+row*52, white)
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		panic(err) // a picture of our own making
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "public, max-age=86400")
		w.Write(encoded.Bytes())
	})
}
