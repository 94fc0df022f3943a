package notice

import (
	"context"
	"fmt"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/notice"
	"canbobot/services/paper"
)

// chartPlaces is how many villages a picture shows that is read on a phone.
const chartPlaces = 15

// noticeChart brings a picture of what became of a notice.
func (p *Sending) noticeChart(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	chart, err := p.Notices.Outcomes.Chart(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	content, err := p.noticePicture(chart).PNG()
	if err != nil {
		return bot.Reply{}, fmt.Errorf("picture of notice %d: %w", chart.Notice.ID, err)
	}
	notice := chart.Notice.ID
	key := "notice_chart.told_seen"
	if chart.Notice.NeedsConfirm {
		key = "notice_chart.told"
	}
	lines := p.Lines("")
	lines.Say(key, "number", notice, "done", chart.Answered(chart.Progress), "total", chart.Total)
	if len(chart.Places) > 1 {
		least := chart.Places[0]
		done := chart.Answered(least.Progress)
		lines.SayIf(done < least.Total, "notice_chart.least", "village", p.placeName(least), "done", done, "total",
			least.Total)
	}
	lines.Files = []bot.File{{Name: p.Say("notices.file_name", "number", notice) + ".png", MIME: paper.PNG.MIME(),
		Content: content}}
	lines.Row(p.Button("notice_sheet", "noticesheet", notice), p.Button("notice_see", "notice", notice))
	return lines.End(), nil
}

func (p *Sending) placeName(place notice.Place) string {
	if place.Village == "" {
		return p.Say("notice_chart.nowhere")
	}
	return place.Village
}

// noticePicture says what a notice's figures are, for papers to draw.
func (p *Sending) noticePicture(chart notice.Chart) paper.Chart {
	notice := chart.Notice
	subject, _, _ := strings.Cut(notice.Text, "\n")
	picture := paper.Chart{
		Title: p.Say("notice_chart.title", "number", notice.ID), About: subject,
		As: p.Say("notice_chart.as", "ward", chart.Ward.Kind+" "+chart.Ward.Name, "at", p.Clock()),
	}
	figure := func(key string, amount int, tone paper.Tone) {
		picture.Figures = append(picture.Figures, paper.Bar{
			Label: p.Say("notice_chart." + key), Value: p.Say("notice_chart.part", "done", amount, "total", chart.Total),
			Of: chart.Total, Parts: []paper.Part{{Amount: amount, Tone: tone}},
		})
	}
	figure("sent", chart.Sent, paper.Plain)
	figure("seen", chart.Seen, paper.Plain)
	if notice.NeedsConfirm {
		figure("confirmed", chart.Confirmed, paper.Good)
	}
	if notice.Attendance {
		figure("coming", chart.Coming, paper.Good)
		figure("absent", chart.Absent, paper.Doubt)
	}
	for _, one := range []struct {
		key    string
		amount int
		tone   paper.Tone
	}{{"failed", chart.Failed, paper.Bad}, {"uncertain", chart.Uncertain, paper.Doubt},
		{"left", chart.Queued, paper.Silent}} {
		if one.amount > 0 {
			figure(one.key, one.amount, one.tone)
		}
	}
	if len(chart.Places) > 1 {
		p.drawPlaces(&picture, chart)
	}
	return picture
}

// drawPlaces shows where the fewest have answered; the rest is summed up.
func (p *Sending) drawPlaces(picture *paper.Chart, chart notice.Chart) {
	head, done, silent := "villages_seen", "seen", "unseen"
	if chart.Notice.NeedsConfirm {
		head, done, silent = "villages", "confirmed", "unconfirmed"
	}
	picture.Head = p.Say("notice_chart." + head)
	picture.Legend = []paper.Sample{{Tone: paper.Good, Says: p.Say("notice_chart." + done)},
		{Tone: paper.Silent, Says: p.Say("notice_chart." + silent)}}
	if chart.Failed > 0 {
		picture.Legend = append(picture.Legend, paper.Sample{Tone: paper.Bad, Says: p.Say("notice_chart.failed")})
	}
	shown := min(len(chart.Places), chartPlaces)
	for _, place := range chart.Places[:shown] {
		answered := chart.Answered(place.Progress)
		picture.Places = append(picture.Places, paper.Bar{
			Label: p.placeName(place), Value: p.Say("notice_chart.part", "done", answered, "total", place.Total),
			Of: place.Total,
			Parts: []paper.Part{{Amount: answered, Tone: paper.Good},
				{Amount: place.Total - place.Failed - answered, Tone: paper.Silent}, {Amount: place.Failed, Tone: paper.Bad}},
		})
	}
	if rest := chart.Places[shown:]; len(rest) > 0 {
		answered, total := 0, 0
		for _, place := range rest {
			answered, total = answered+chart.Answered(place.Progress), total+place.Total
		}
		picture.Rest = p.Say("notice_chart.rest", "count", len(rest), "done", answered, "total", total)
	}
}
