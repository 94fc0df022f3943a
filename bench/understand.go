package main

import (
	"time"

	"canbobot/bot/understand"
)

type benchUnderstand struct {
	Seconds float64 `help:"How long." default:"3"`
	JSON    bool    `help:"Print an object." name:"json"`
}

func (benchUnderstand) Help() string { return "Example: go run ./bench understand" }

// phrases are as officers write them, long and short.
var phrases = []string{
	"pc t3 co chua e", "phụ cấp tháng này có chưa", "răng tháng ni chưa thấy tiền", "thay chi hoi pho",
	"doi stk qua agribank", "cho tôi hỏi mức hỗ trợ chi hội trưởng là bao nhiêu theo nghị quyết nào ạ",
	"thoong baos", "ok", "thay chị Hoa bằng chị Lan làm chi hội phó", "hôm nay thời tiết thế nào",
}

func (c benchUnderstand) Run(p *process) error {
	model := understand.New()
	for _, phrase := range phrases { // warm
		model.Understand(phrase)
	}
	begun, count := time.Now(), 0
	for time.Since(begun).Seconds() < c.Seconds && p.ctx.Err() == nil {
		for _, phrase := range phrases {
			model.Understand(phrase)
		}
		count += len(phrases)
	}
	took := time.Since(begun)
	return printFigures(p.stdout, c.JSON, []figures{{
		Name: "understand", Rows: count, PerSecond: float64(count) / took.Seconds(),
		P50: took.Seconds() * 1000 / float64(count), Seconds: took.Seconds(), PeakRSS: peakMemory(),
	}})
}
