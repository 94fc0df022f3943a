package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/bot"
	"canbobot/bot/web"
)

var words = web.Words{
	"title": "Dùng thử canbobot", "intro": "Hai điện thoại, một trợ lý: việc gửi từ máy cán bộ hiện ngay ở máy phường, " +
		"và ngược lại.",
	"noscript": "Trang này cần JavaScript để chạy.", "skip_left": "Tới ô nhập của máy bên trái",
	"skip_right": "Tới ô nhập của máy bên phải", "larger": "Chữ to",
	"left": "Điện thoại bên trái", "right": "Điện thoại bên phải", "holder": "Người dùng máy", "unread": "tin mới",
	"switch": "Chọn điện thoại",
	"bot":    "Trợ lý cán bộ", "online": "Đang trực tuyến", "typing": "Đang soạn tin…",
	"offline": "Mất kết nối, đang nối lại…", "log": "Cuộc trò chuyện", "you": "Bạn",
	"compose": "Nhập tin nhắn", "send": "Gửi", "attach": "Gửi ảnh hoặc PDF", "newer": "Tin mới",
	"sending": "Đang gửi", "sent": "Đã gửi", "failed": "Chưa gửi được", "retry": "Gửi lại", "edited": "đã cập nhật",
	"private": "Riêng tư", "download": "Tải về", "opens_page": "mở trang khác",
	"empty": "Chưa có tin nhắn nào. Anh/chị bấm hoặc nhắn theo ý mình:", "begin": "Bắt đầu", "opened": "Mở liên kết mời",
	"shared":     "Số điện thoại của tôi",
	"own_number": "Số điện thoại của máy này", "share": "Chia sẻ", "cancel": "Huỷ",
	"bad_number": "Số điện thoại chưa đúng, ví dụ: 0912 345 678.",
	"too_large":  "Tệp lớn hơn 2 MB, hãy chọn tệp nhỏ hơn.", "wrong_type": "Chỉ gửi được ảnh hoặc tệp PDF.",
	"too_many": "Đang bận, thử lại sau ít giây.",
	"guest":    "Khách", "guest_role": "chưa liên kết", "guest_group": "Người chưa liên kết",
}

var characters = []web.Character{
	{ID: "officer-1", Name: "Nguyễn Thị Hồng Nhung", Role: "Bí thư chi đoàn TDP 3", Group: "Cán bộ",
		Tries: []string{"Phụ cấp tháng này có chưa?", "Đổi cấp phó", "Chi đoàn của tôi"}},
	{ID: "officer-2", Name: "Phan Văn Đức", Role: "Chi hội trưởng nông dân TDP 7", Group: "Cán bộ"},
	{ID: "clerk-1", Name: "Trần Quốc Việt", Role: "Công chức phường Bắc Hồng Lĩnh", Group: "Phường",
		Tries: []string{"Việc cần duyệt", "Báo cáo"}},
	{ID: "leader-1", Name: "Lê Thị Thanh Hà", Role: "Phó Chủ tịch UBND phường", Group: "Phường"},
}

// echo is a little bot: it answers what is said, passes requests on to the
// clerk and tells the officer what the clerk pressed.
type echo struct {
	channel *web.Channel

	mu    sync.Mutex
	heard []bot.Inbound
	fail  int           // how many events to leave undelivered
	hold  chan struct{} // when set, an answer waits for it
}

func (e *echo) Handle(ctx context.Context, in bot.Inbound) error {
	e.mu.Lock()
	e.heard = append(e.heard, in)
	failing, hold := e.fail > 0, e.hold
	if failing {
		e.fail--
	}
	e.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if failing {
		return errors.New("database away")
	}
	if in.Action != "" {
		if err := e.channel.Pressed(ctx, in); err != nil {
			return err
		}
	}
	return e.answer(ctx, in)
}

func (e *echo) answer(ctx context.Context, in bot.Inbound) error {
	say := func(chat string, reply bot.Reply) error {
		_, err := e.channel.Send(ctx, chat, reply)
		return err
	}
	verb, argument, _ := strings.Cut(in.Action, ":")
	switch {
	case in.Contact != nil:
		return say(in.ChatID, bot.Reply{Text: fmt.Sprintf("Số %s, chính chủ: %t", in.Contact.Phone, in.Contact.Own)})
	case in.Start != "":
		return say(in.ChatID, bot.Reply{Text: "Mã mời: " + in.Start, AskContact: "Chia sẻ số của tôi"})
	case in.Presence == bot.Joined:
		return say(in.ChatID, bot.Reply{Text: "Chào anh/chị!", AskContact: "Chia sẻ số của tôi"})
	case in.Attachment != nil:
		content, err := e.channel.Fetch(ctx, in.Attachment.ID, 2<<20)
		if err != nil {
			return err
		}
		return say(in.ChatID, bot.Reply{Text: fmt.Sprintf("%s %s, %d bytes", in.Attachment.Kind, in.Attachment.Name,
			len(content))})
	case verb == "approve":
		done := bot.Reply{Title: "Đã duyệt đề nghị số 214", Text: "Thay cấp phó chi đoàn TDP 3.", Protect: true}
		if err := e.channel.Edit(ctx, in.ChatID, in.MessageRef, done); err != nil {
			return err
		}
		return say("officer-1", bot.Reply{Title: "Phường đã duyệt", Text: "Đề nghị số 214 đã được duyệt."})
	case in.Action != "":
		return say(in.ChatID, bot.Reply{Text: "Anh/chị đã bấm: " + verb + " " + argument})
	case strings.HasPrefix(in.Text, "Đề nghị"):
		if err := say("clerk-1", bot.Reply{Title: "Đề nghị số 214", Text: in.Text, Protect: true, Buttons: [][]bot.Button{
			bot.Row(bot.Button{Label: "Duyệt", Action: bot.Act("approve", "214"), Style: bot.Positive}),
			bot.Row(bot.Button{Label: "Trả lại", Action: bot.Act("return", "214")},
				bot.Button{Label: "Từ chối", Action: bot.Act("refuse", "214"), Style: bot.Negative}),
		}}); err != nil {
			return err
		}
		return say(in.ChatID, bot.Reply{Text: "Đã gửi phường."})
	}
	return say(in.ChatID, bot.Reply{Text: "Nghe: " + in.Text, Buttons: [][]bot.Button{
		bot.Row(bot.Button{Label: "Xem", Action: bot.Act("look", "1")},
			bot.Button{Label: "Trang", URL: "https://example.org/"}),
	}})
}

func (e *echo) all() []bot.Inbound {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]bot.Inbound(nil), e.heard...)
}

func (e *echo) set(fail int, hold chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail, e.hold = fail, hold
}

var noon = time.Date(2026, 4, 15, 5, 0, 0, 0, time.UTC)

func config() web.Config {
	return web.Config{
		Characters: func(context.Context) ([]web.Character, error) { return characters, nil },
		Phone: func(id string) string {
			return map[string]string{"officer-1": "+84912345678"}[id]
		},
		Words:     words,
		Clock:     func() time.Time { return noon },
		Heartbeat: 50 * time.Millisecond,
	}
}

// open serves a page with the echo bot behind it.
func open(t *testing.T) (*web.Channel, *echo, *httptest.Server) {
	t.Helper()
	channel := web.New(config())
	behind := &echo{channel: channel}
	server := httptest.NewServer(channel.Routes(behind))
	t.Cleanup(func() {
		channel.Close()
		server.Close()
	})
	return channel, behind, server
}
