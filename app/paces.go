package app

import (
	"time"

	"canbobot/bot/session"
	"canbobot/bot/telegram"
	"canbobot/bot/zalo"
	"canbobot/bot/zalobot"
	"canbobot/config"
)

// Paces are how fast each platform lets one bot write. Telegram allows about one
// message a second to one chat, with short bursts [Bots FAQ].
func Paces(settings config.Config) map[string]session.Limit {
	return map[string]session.Limit{
		telegram.Name: {PerSecond: settings.TelegramRate, EachChat: time.Second},
		zalo.Name:     {PerSecond: settings.ZaloRate},
		zalobot.Name:  {PerSecond: settings.ZaloBotRate},
	}
}
