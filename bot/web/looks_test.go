package web_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/chromedp/chromedp"

	"canbobot/bot"
	"canbobot/bot/web"
)

// TestLooks draws a day's talk for people to look at: SCREENSHOTS=folder keeps
// the pictures. What it checks by itself is that nothing spills over.
func TestLooks(t *testing.T) {
	channel, _, server := open(t)
	day(t, channel)
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"wide.png", 1280, 860}, {"narrow.png", 390, 800}} {
		ctx := browser(t, screen.width, screen.height)
		do(t, ctx, chromedp.Navigate(server.URL+"/try"))
		until(t, ctx, bothReady)
		until(t, ctx, `[...document.images].every(i => i.complete)`)
		spilled := evaluate[[]string](t, ctx, `[...document.querySelectorAll('.phone *')]
			.filter(e => e.offsetWidth && !e.closest('.hidden') &&
				e.getBoundingClientRect().right > e.closest('.phone').getBoundingClientRect().right + 1).map(e => e.outerHTML)`)
		if len(spilled) > 0 {
			t.Errorf("%s: spills over: %q", screen.name, spilled)
		}
		shoot(t, ctx, screen.name)
		if screen.width < 500 {
			do(t, ctx, chromedp.Click(chromedp.ID("tab-right")))
			shoot(t, ctx, "narrow-right.png")
			do(t, ctx, chromedp.Click(chromedp.CSS(`.larger`)))
			until(t, ctx, `document.documentElement.scrollWidth <= 390`)
			shoot(t, ctx, "narrow-large.png")
		}
	}
}

// day fills both chats with what a day might bring.
func day(t *testing.T, channel *web.Channel) {
	t.Helper()
	for _, line := range []struct {
		chat  string
		reply bot.Reply
	}{
		{"officer-1", bot.Reply{Title: "Tháng 4/2026: đã chuyển ngân hàng",
			Text: "Số tiền: 200.000 đ\n• Bí thư chi đoàn TDP 3: 200.000 đ\nCăn cứ: Nghị quyết 258/2020/NQ-HĐND\nDự kiến nhận " +
				"trước ngày 25/04.", Protect: true,
			Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Vì sao số này?", Action: bot.Act("why", "2026-04")},
				bot.Button{Label: "12 tháng gần đây", Action: bot.Act("history")}),
				bot.Row(bot.Button{Label: "Tôi chưa nhận được", Action: bot.Act("problem")})}}},
		{"officer-1", bot.Reply{Text: "Anh/chị xem lại trước khi gửi:\nThay cấp phó chi đoàn TDP 3\nTừ: Hoàng Văn " +
			"Bình\nSang: Đặng Thị Mai Phương (0912 345 678)\nTừ ngày: 01/05/2026",
			Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Gửi phường", Action: bot.Act("fs", "replace"),
				Style: bot.Positive}), bot.Row(bot.Button{Label: "Quay lại", Action: bot.Act("fb")},
				bot.Button{Label: "Huỷ", Action: bot.Act("fc"), Style: bot.Negative})}}},
		{"clerk-1", bot.Reply{Text: "Bảng chi trả tháng 4/2026 phường Bắc Hồng Lĩnh đã được duyệt.",
			Files: []bot.File{{Name: "Bảng chi trả phụ cấp tháng 04-2026 phường Bắc Hồng Lĩnh.xlsx",
				MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: make([]byte, 48_700)},
				{Name: "bieu-do.png", MIME: "image/png", Content: chart(t)}}}},
		{"clerk-1", bot.Reply{Title: "Đề nghị số 214: thay cấp phó",
			Text: "Chi đoàn TDP 3, phường Bắc Hồng Lĩnh\nNgười gửi: Nguyễn Thị Hồng Nhung (Bí thư)\n\nCấp phó: Hoàng Văn Bình " +
				"→ Đặng Thị Mai Phương\nTừ ngày: 01/05/2026\n\nẢnh hưởng chi trả từ 05/2026:\n+150.000 đ/tháng cho Đặng Thị Mai " +
				"Phương\n−150.000 đ/tháng cho Hoàng Văn Bình", Protect: true,
			Buttons: [][]bot.Button{bot.Row(bot.Button{Label: "Duyệt", Action: bot.Act("approve", "214"), Style: bot.Positive}),
				bot.Row(bot.Button{Label: "Trả lại", Action: bot.Act("return", "214")},
					bot.Button{Label: "Từ chối", Action: bot.Act("refuse", "214"), Style: bot.Negative}),
				bot.Row(bot.Button{Label: "Mở hồ sơ", URL: "https://example.org/214"})}}},
	} {
		if _, err := channel.Send(t.Context(), line.chat, line.reply); err != nil {
			t.Fatal(err)
		}
	}
}

// chart is a small picture.
func chart(t *testing.T) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 480, 200))
	for x := range 480 {
		for y := range 200 {
			shade := color.RGBA{0xf4, 0xf8, 0xfe, 0xff}
			if bar := x / 60; x%60 > 18 && 200-y < 40+bar*17 {
				shade = color.RGBA{0x0b, 0x5b, 0xd3, 0xff}
			}
			picture.Set(x, y, shade)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
