package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"canbobot/app"
	"canbobot/bot"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
	"canbobot/bot/zalo"
	"canbobot/bot/zalo/zalotest"
	"canbobot/models"
	"canbobot/services/channels"
)

// benchTelegram is the fake Telegram.
type benchTelegram struct {
	fake *telegramtest.Server
}

const benchSecret = "bench-secret-of-16"

// openTelegram measures Telegram from here on.
func (b *inboundBench) openTelegram(p *process) error {
	fake, err := telegramtest.Start()
	if err != nil {
		return err
	}
	b.closers = append(b.closers, fake.Close)
	fake.Quiet = true
	for i := range b.officers {
		fake.Known(int64(crowdBase+i), "x")
	}
	channel := telegram.New(telegram.Config{Token: fake.Token, APIURL: fake.URL, Rate: b.settings.TelegramRate,
		Uploads: b.ward.Channels.Uploads(telegram.Name), Clock: p.clock, Logger: silent()})
	return b.serve(benchTelegram{fake}, channel, func(handler bot.Handler) (http.Handler, error) {
		return channel.WebhookHandler(benchSecret, handler), nil
	})
}

func (benchTelegram) name() string { return telegram.Name }

func (l benchTelegram) sent() int64 { return l.fake.Sent() }

func (benchTelegram) header(_ []byte, to http.Header) {
	to.Set("X-Telegram-Bot-Api-Secret-Token", benchSecret)
}

func (benchTelegram) people(officer int) (from, chat string) {
	user := crowdBase + officer
	return fmt.Sprintf(`"from":{"id":%d,"is_bot":false,"first_name":"x"}`, user),
		fmt.Sprintf(`"chat":{"id":%d,"type":"private","first_name":"x"}`, user)
}

func (l benchTelegram) said(id int64, officer int, text string) []byte {
	from, chat := l.people(officer)
	return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"date":%d,%s,%s,"text":%q}}`, id, id,
		1_760_000_000+id, from, chat, text)
}

func (l benchTelegram) pressed(id int64, officer int, action string) []byte {
	from, chat := l.people(officer)
	return fmt.Appendf(nil, `{"update_id":%d,"callback_query":{"id":"%d",%s,"chat_instance":"1","data":"%s",`+
		`"message":{"message_id":1,"date":0,%s}}}`, id, id, from, action, chat)
}

// benchZalo is the fake Zalo, with the whole of what serves an Official Account
// before it: signature, inbox, tokens from the database.
type benchZalo struct {
	fake *zalotest.Server
}

// openZalo moves the officers to Zalo and measures that from here on.
func (b *inboundBench) openZalo(p *process) error {
	fake, err := zalotest.Start()
	if err != nil {
		return err
	}
	b.closers = append(b.closers, fake.Close)
	fake.Quiet = true
	for i := range b.officers {
		fake.Known(strconv.Itoa(crowdBase+i), "x")
	}
	err = b.ward.Store.WithContext(p.ctx).Model(&models.Account{}).Where("channel = ?", telegram.Name).
		Updates(map[string]any{"channel": zalo.Name, "last_seen_at": p.clock().UTC()}).Error
	if err != nil {
		return err
	}
	settings := b.settings
	settings.ZaloAppID, settings.ZaloOAuthURL = fake.AppID, fake.URL
	tokens := app.ZaloTokens(settings, b.ward, silent())
	b.closers = append(b.closers, func() { tokens.Close(p.ctx) })
	access1, refresh := fake.Tokens()
	if err := tokens.Restore(p.ctx, channels.Pair{Access: access1, Refresh: refresh}); err != nil {
		return err
	}
	channel := zalo.New(zalo.Config{
		AppID: fake.AppID, AppSecret: fake.AppSecret, OASecret: fake.OASecret, APIURL: fake.URL, BusinessURL: fake.URL,
		Tokens: app.ZaloAccess{Tokens: tokens}, Uploads: b.ward.Channels.Uploads(zalo.Name),
		Words: zalo.Words{Numbers: func(example string) string { return example }},
		Rate:  settings.ZaloRate, TextLimit: 2000, ButtonLimit: 5, Clock: p.clock, Logger: silent(),
	})
	channel.OwnedBy(fake.OAID)
	return b.serve(benchZalo{fake}, channel, func(handler bot.Handler) (http.Handler, error) {
		box, err := app.OpenInbox(settings, b.ward, zalo.Name, handler, func(string) {}, silent())
		if err != nil {
			return nil, err
		}
		b.closers = append(b.closers, func() { box.Close() })
		return channel.WebhookHandler(box.Handler(true)), nil
	})
}

func (benchZalo) name() string { return zalo.Name }

func (l benchZalo) sent() int64 { return l.fake.Sent() }

func (l benchZalo) header(body []byte, to http.Header) {
	to.Set("X-ZEvent-Signature", l.fake.Sign(body))
}

func (l benchZalo) said(id int64, officer int, text string) []byte {
	return fmt.Appendf(nil, `{"app_id":%q,"sender":{"id":"%d"},"recipient":{"id":%q},"user_id_by_app":"1",`+
		`"event_name":"user_send_text","message":{"text":%q,"msg_id":"bench-%d"},"timestamp":"%d"}`,
		l.fake.AppID, crowdBase+officer, l.fake.OAID, text, id, time.Now().UnixMilli())
}

func (l benchZalo) pressed(id int64, officer int, action string) []byte {
	return l.said(id, officer, "#"+action)
}
