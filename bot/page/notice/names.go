package notice

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services/notice"
)

// noticeSilent lists who has not answered, with the number to call.
func (p *Sending) noticeSilent(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	told, page := kit.Number(turn.Arg(0)), int(kit.Number(turn.Arg(1)))
	silent, total, err := p.Notices.Outcomes.Silent(ctx, turn.Speaker.Actor, told, page)
	lines := p.Private(p.Say("progress.silent", "people", total))
	p.names(lines, silent, page, total, "noticesilent", told)
	lines.Row(p.Button("notice_remind", "noticeremind", told), p.Button("notice_see", "notice", told))
	return lines.End(), err
}

// names lists a page of people, with the button to the next.
func (p *Sending) names(lines *kit.Lines, people []notice.Named, page, total int, verb string, args ...any) {
	for i, one := range people {
		lines.Say("draft.name", "number", page*notice.RollPage+i+1, "name", one.Name, "phone",
			lines.Phone(one.Person, one.Phone), "titles", kit.OrDash(one.Titles))
	}
	lines.OrSay("draft.nobody")
	if (page+1)*notice.RollPage < total {
		lines.More(int64(page+1), verb, args...)
	}
}

// noticeNames lists a draft's people: all, or those whom no message reaches.
func (p *Sending) noticeNames(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	told, which, page := kit.Number(turn.Arg(0)), turn.Arg(1), int(kit.Number(turn.Arg(2)))
	audience, err := p.audienceOf(ctx, turn.Speaker.Actor, told)
	if err != nil {
		return bot.Reply{}, err
	}
	people, total, err := p.Notices.Audiences.Roll(ctx, turn.Speaker.Actor, audience, p.window, which == "calls", page)
	lines := p.Private(p.Say("draft.names", "people", total))
	if which == "calls" {
		lines.Title = p.Say("draft.unreached", "people", total)
	}
	p.names(lines, people, page, total, "noticenames", told, which)
	return lines.End(p.Button("notice_see", "notice", told)), err
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
	lines := p.Private("")
	lines.Say("progress.sheet", "number", notice, "people", report.People, "calls", report.ToCall)
	lines.Files = []bot.File{kit.SheetFile(p.Say("notices.file_name", "number", notice)+".xlsx", report.Content)}
	return lines.End(p.Button("notice_see", "notice", notice)), err
}
