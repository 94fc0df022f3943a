package app

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"testing"

	"canbobot/bot"
	"canbobot/bot/telegram"
	"canbobot/bot/telegram/telegramtest"
	"canbobot/bot/zalo"
	"canbobot/bot/zalo/zalotest"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/notice"
)

// lateChannel stands for the channel of a house that is built before it.
type lateChannel struct{ *telegram.Channel }

func (lateChannel) Pace() bot.Pace { return bot.Pace{} }

// openingOf is what serve opens channels with.
func openingOf(t *testing.T, settings config.Config, house *house) *opening {
	t.Helper()
	a := &App{Settings: settings, Ward: house.ward, Words: loadWords(t), Logger: silent()}
	return &opening{App: a, count: func(string) func(string) { return func(string) {} }}
}

// A notice's paper goes to everybody and to Telegram once; another replica, and
// whoever asks for the paper again, does not upload it either.
func TestTheFileOfANoticeIsUploadedOnce(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	settings := config.Config{TelegramToken: config.Secret(server.Token), TelegramAPIURL: server.URL}
	late := &lateChannel{}
	house := openHouse(t, late)
	ward := house.ward
	late.Channel = openTelegram(ctxFor(t), openingOf(t, settings, house)).(*messenger).Channel
	var accounts []models.Account
	err := ward.Store.Where("channel = 'web' AND person_id IS NOT NULL AND unlinked_at IS NULL").Order("id").Limit(
		30).Find(&accounts).Error
	if err != nil || len(accounts) < 10 {
		t.Fatalf("%d officers, %v", len(accounts), err)
	}
	var people []int64
	var users []*telegramtest.User
	home := accounts[0].WardID
	for _, account := range accounts {
		if account.WardID != home {
			continue
		}
		user := server.Known(7000+account.ID, "Hoa")
		err := ward.Store.Model(&models.Account{}).Where("id = ?", account.ID).
			Updates(map[string]any{"channel": telegram.Name, "external_id": chatOf(user), "chat_id": chatOf(user)}).Error
		if err != nil {
			t.Fatal(err)
		}
		people, users = append(people, *account.PersonID), append(users, user)
	}
	var staff models.Staff
	if err := ward.Store.Where("ward_id = ? AND role = ?", home, services.Clerk).First(&staff).Error; err != nil {
		t.Fatal(err)
	}
	clerk := services.Actor{Role: services.Clerk, Ward: home, Staff: staff.ID, Channel: "web", Event: rand.Text()}
	paper := []byte("%PDF-1.4 %%EOF")
	file, err := ward.Notices.KeepFile(t.Context(), clerk, paper, "giấy mời")
	if err != nil {
		t.Fatal(err)
	}
	sent, err := ward.Notices.Send(t.Context(), clerk,
		notice.Compose{Text: "Mời họp 8h thứ Bảy", File: file, Audience: notice.Audience{People: people}})
	if err != nil {
		t.Fatal(err)
	}
	house.settle(t)
	name := fmt.Sprintf("thong-bao-%d.pdf", sent.Notice.ID)
	has := func(user *telegramtest.User) (papers int) {
		for _, message := range user.Messages() {
			if message.FileName == name && string(message.Content) == string(paper) {
				papers++
			}
		}
		return papers
	}
	for _, user := range users {
		if n := has(user); n != 1 {
			t.Errorf("user %d has %d papers", user.ID, n)
		}
	}
	if server.Uploads() != 1 || len(users) < 10 {
		t.Errorf("%d uploads for %d people", server.Uploads(), len(users))
	}
	late.Channel = openTelegram(ctxFor(t), openingOf(t, settings, house)).(*messenger).Channel
	asks := bot.Inbound{Channel: telegram.Name, EventID: "again", UserID: chatOf(users[0]), ChatID: chatOf(users[0]),
		Private: true,
		Action:  bot.Act("noticefile", strconv.FormatInt(sent.Notice.ID, 10)).String(), At: house.clock()}
	if err := house.counter.Dispatcher.Handle(ctxFor(t), asks); err != nil {
		t.Fatal(err)
	}
	if n := has(users[0]); n != 2 || server.Uploads() != 1 {
		t.Errorf("asked again: %d papers, %d uploads", n, server.Uploads())
	}
}

// The Official Account that serve opens keeps what it uploads, too.
func TestTheAccountKeepsItsUploads(t *testing.T) {
	t.Parallel()
	house, server := openHouse(t), zalotest.New(t)
	pair := channels.Pair{}
	pair.Access, pair.Refresh = server.Tokens()
	settings := config.Config{
		ZaloAppID: server.AppID, ZaloAppSecret: config.Secret(server.AppSecret), ZaloAPIURL: server.URL,
		ZaloBusinessURL: server.URL, ZaloOAuthURL: server.URL,
		ZaloAccessToken: config.Secret(pair.Access), ZaloRefreshToken: config.Secret(pair.Refresh), ZaloTextLimit: 2000,
		DataDir: t.TempDir(),
	}
	paper := bot.File{Name: "a.pdf", MIME: "application/pdf", Content: []byte("%PDF"), Key: "k"}
	for n := range 3 {
		replica := openZalo(ctxFor(t), openingOf(t, settings, house)).(*official)
		closing(t, replica.tokens)
		replica.OwnedBy(server.OAID)
		user := server.Known(fmt.Sprint(5000+n), "Hoa")
		if _, err := replica.Send(ctxFor(t), user.ID, bot.Reply{Files: []bot.File{paper}}); err != nil {
			t.Fatal(err)
		}
	}
	var rows []models.Upload
	if err := house.ward.Store.Find(&rows).Error; err != nil || len(rows) != 1 || rows[0].Channel != zalo.Name ||
		rows[0].ExpiresAt == nil || server.Uploads() != 1 {
		t.Errorf("%+v, %v, %d uploads", rows, err, server.Uploads())
	}
}
