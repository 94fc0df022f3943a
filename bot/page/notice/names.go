package notice

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/notice"
	"canbobot/services/vn"
)

// noticeSilent lists who has not answered, with the number to call.
func (p *Sending) noticeSilent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	told, page := kit.Number(turn.Arg(0)), int(kit.Number(turn.Arg(1)))
	silent, total, err := p.Notices.Outcomes.Silent(ctx, turn.Speaker.Actor, told, page)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.Say("progress.silent", "people", total), Text: p.nameLines(silent, page), Protect: true}
	if (page+1)*notice.RollPage < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "noticesilent", told, page+1)))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(p.Button("notice_remind", "noticeremind", told),
		p.Button("notice_see", "notice", told)), p.MenuRow())
	return reply, nil
}

// noticeNames lists a draft's people: all, or those whom no message reaches.
func (p *Sending) noticeNames(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	told, which, page := kit.Number(turn.Arg(0)), turn.Arg(1), int(kit.Number(turn.Arg(2)))
	standing, err := p.Notices.Outcomes.Standing(ctx, turn.Speaker.Actor, told)
	if err != nil {
		return bot.Reply{}, err
	}
	audience, err := notice.AudienceOf(standing.Notice)
	if err != nil {
		return bot.Reply{}, err
	}
	people, total, err := p.Notices.Audiences.Roll(ctx, turn.Speaker.Actor, audience, p.window, which == "calls", page)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: p.Say("draft.names", "people", total), Text: p.nameLines(people, page), Protect: true}
	if which == "calls" {
		reply.Title = p.Say("draft.unreached", "people", total)
	}
	if (page+1)*notice.RollPage < total {
		reply.Buttons = append(reply.Buttons, bot.Row(p.Button("more", "noticenames", told, which, page+1)))
	}
	reply.Buttons = append(reply.Buttons, p.MenuRow(p.Button("notice_see", "notice", told)))
	return reply, nil
}

func (p *Sending) nameLines(people []notice.Named, page int) string {
	lines := make([]string, len(people))
	for i, one := range people {
		lines[i] = p.Say("draft.name", "number", page*notice.RollPage+i+1, "name", one.Name, "phone",
			kit.OrDash(vn.FormatPhone(one.Phone)), "titles", kit.OrDash(one.Titles))
	}
	if len(lines) == 0 {
		return p.Say("draft.nobody")
	}
	return strings.Join(lines, "\n")
}

// noticeSheet brings the report of a notice.
func (p *Sending) noticeSheet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	notice := kit.Number(turn.Arg(0))
	says := func(key string, fields map[string]any) string {
		if strings.HasPrefix(key, "unreached.") && !p.Texts.Has(key) {
			key = "unreached.other"
		}
		return p.Texts.Say(key, fields)
	}
	report, err := p.Notices.Outcomes.Report(ctx, turn.Speaker.Actor, notice, says)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Text: p.Say("progress.sheet", "number", notice, "people", report.People, "calls", report.ToCall), Protect: true,
		Files: []bot.File{{Name: p.Say("notices.file_name", "number", notice) + ".xlsx",
			MIME: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: report.Content}},
		Buttons: [][]bot.Button{p.MenuRow(p.Button("notice_see", "notice", notice))}}, nil
}
