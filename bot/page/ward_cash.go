package page

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/services/list"
)

// cash lists the villages that hand out money of a list, each with a button to
// mark all of it as handed out.
func (s *Screens) cash(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, offset := number(turn.Arg(0)), int(number(turn.Arg(1)))
	villages, err := s.List.Cash(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Title: s.say("cash.title"), Protect: true}
	var waiting []list.CashVillage
	done := 0
	for _, village := range villages {
		done += village.Done
		if village.People > 0 {
			waiting = append(waiting, village)
		}
	}
	var lines []string
	offset = min(offset, len(waiting))
	for _, village := range waiting[offset:min(offset+listed, len(waiting))] {
		lines = append(lines, s.say("cash.village", "village", village.Name, "people", village.People, "total", texts.Money(village.Total)))
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: village.Name, Action: bot.Act("cashof", id(run), id(village.Village))}))
	}
	switch {
	case len(waiting) == 0 && done == 0:
		lines = append(lines, s.say("cash.nobody"))
	case len(waiting) == 0:
		lines = append(lines, s.say("cash.all_done"))
	default:
		lines = append(lines, "", s.say("cash.ask"))
	}
	reply.Text = strings.Join(lines, "\n")
	if next := offset + listed; next < len(waiting) {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("more", "cash", id(run), id(int64(next)))))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("back_to_run", "run", id(run)), s.button("menu", "menu")))
	return reply, nil
}

// cashOf asks once more before a village's cash is marked.
func (s *Screens) cashOf(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run, wanted := number(turn.Arg(0)), number(turn.Arg(1))
	view, err := s.List.Run(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	villages, err := s.List.Cash(ctx, turn.Speaker.Actor, run)
	if err != nil {
		return bot.Reply{}, err
	}
	for _, village := range villages {
		if village.Village == wanted && village.People > 0 {
			return bot.Reply{
				Text: s.say("cash.confirm", "village", village.Name, "people", village.People, "total", texts.Money(village.Total)), Protect: true,
				Buttons: [][]bot.Button{
					bot.Row(positive(s.button("cash_paid", "cashpaid", id(run), id(int64(view.Run.Version)), id(wanted)))),
					bot.Row(s.button("cash", "cash", id(run)), s.button("menu", "menu")),
				},
			}, nil
		}
	}
	turn.Args = []string{id(run)}
	return s.cash(ctx, turn)
}

func (s *Screens) cashPaid(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run := number(turn.Arg(0))
	if _, err := s.List.SettleCash(ctx, turn.Speaker.Actor, run, version(turn.Arg(1)), number(turn.Arg(2)), s.today()); err != nil {
		return bot.Reply{}, err
	}
	turn.Args = []string{id(run)}
	reply, err := s.cash(ctx, turn)
	reply.Replace = true
	return reply, err
}
