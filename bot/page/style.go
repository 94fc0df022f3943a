package page

import (
	"context"

	"canbobot/bot"
)

// style shows how a person is asked, and lets them choose.
func (s *Screens) style(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	key := "style.full"
	if turn.Speaker.Brief {
		key = "style.brief"
	}
	return bot.Reply{Text: s.say(key) + "\n" + s.say("style.ask"), Buttons: [][]bot.Button{
		bot.Row(s.button("style_full", "styleset", "full"), s.button("style_brief", "styleset", "brief")), s.menuRow()}}, nil
}

func (s *Screens) styleSet(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	brief := turn.Arg(0) == "brief"
	if err := s.Identity.SetBrief(ctx, turn.Speaker.Actor, brief); err != nil {
		return bot.Reply{}, err
	}
	key := "style.full_done"
	if brief {
		key = "style.brief_done"
	}
	reply := bot.Reply{Text: s.say(key)}
	if err := s.resumeRow(ctx, turn, &reply); err != nil {
		return bot.Reply{}, err
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}
