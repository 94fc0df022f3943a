package account

import (
	"context"
	"slices"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
	"canbobot/services/privacy"
)

// registerRights puts what people may ask of their data, and the ward's register
// of it, into the book.
func (p *Page) registerRights(b *kit.Book) {
	card := p.dataCard()
	b.Screen("rights", p.rights, kit.Officers, kit.Inner)
	b.Screen("datacopy", p.dataCopy, kit.Officers, kit.Inner)
	b.Screen("dataask", p.dataAsk, kit.Officers, kit.Inner)
	b.Screen("datamine", p.dataMine, kit.Officers, kit.Inner)
	b.Screen("datacard", card.Open, kit.Inner)
	b.Screen("dataregister", p.dataRegister, kit.Staff, kit.Label("data_register"))
	b.Screen("dataanswer", p.dataAnswer, kit.Staff, kit.Inner)
	b.Screen("breach", p.breachCard().Open, kit.Staff, kit.Inner)
	b.Screen("breachtold", p.breachTold, kit.Staff, kit.Inner)

	b.Form(p.dataForm())
	b.Form(p.answerDataForm())

	b.Message(outbox.DataAsked, card.For)
	b.Message(outbox.DataDue, card.Waits(p.Say("data.due_lead"), func(view privacy.View) bool {
		return view.Request.State == models.DataOpen
	}))
	b.Message(outbox.DataAnswered, card.For)
	b.Message(outbox.BreachOpen, p.breachCard().Waits(p.Say("breach.lead"), func(row models.Breach) bool {
		return row.ReportedAt == nil && row.ClosedAt == nil
	}))
}

// rights offers what the law lets a person ask.
func (p *Page) rights(context.Context, bot.Turn) (bot.Reply, error) {
	lines := p.Private(p.Say("data.title"))
	lines.Say("data.rights")
	lines.Row(kit.Positive(p.Button("data_copy", "datacopy")), p.Button("data_correct", "dataask", privacy.Correct))
	lines.Row(p.Button("data_restrict", "dataask", privacy.Restrict), p.Button("data_object", "dataask", privacy.Object))
	lines.Row(p.Button("data_erase", "dataask", privacy.Erase), p.Button("data_mine", "datamine"))
	return lines.End(p.Button("privacy", "privacy")), nil
}

// dataCopy brings everything that is held, as a file.
func (p *Page) dataCopy(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	file, err := p.Data.Copy(ctx, turn.Speaker.Actor, p.SheetWords)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.Say("data.copied")
	lines.Files = []bot.File{kit.SheetFile(file.Name, file.Content)}
	return lines.End(p.Button("rights", "rights")), nil
}

// dataAsk begins the form for one of what may be asked.
func (p *Page) dataAsk(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	kind := turn.Arg(0)
	if kind == privacy.Copy || !slices.Contains(privacy.Kinds, kind) {
		return bot.Reply{}, services.NotFound("button")
	}
	return turn.Begin(ctx, "data_request", bot.Answers{"kind": kind})
}

// dataAnswer begins the form by which a request is answered: done or refused.
func (p *Page) dataAnswer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if _, err := p.Data.Card(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	how := turn.Arg(2)
	if how != string(models.DataDone) && how != string(models.DataRefused) {
		return bot.Reply{}, services.NotFound("button")
	}
	return turn.Begin(ctx, "answer_data", bot.Answers{"request": kit.ID(kit.Number(turn.Arg(0))),
		"version": kit.ID(kit.Number(turn.Arg(1))), "how": how})
}

// asksOf is what somebody asks of the data about them.
type asksOf struct{ Kind, Text string }

func (p *Page) dataForm() *bot.Form {
	return &bot.Form{
		Name: "data_request",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "text", Ask: "data.ask", Example: "example.data",
			Fields: func(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Fields, error) {
				kind := answers["kind"]
				return bot.Fields{"what": p.Say("data.kind." + kind), "means": p.Say("data.means." + kind)}, nil
			}})},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, one asksOf) (bot.Reply, error) {
			return bot.Reply{Text: p.Say("data.confirm", "what", p.Say("data.kind."+one.Kind), "text", one.Text)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one asksOf) (bot.Reply, error) {
			view, err := p.Data.Ask(ctx, turn.Speaker.Actor, one.Kind, one.Text)
			if err != nil {
				return bot.Reply{}, err
			}
			return p.Tell(p.Say("data.asked", "number", view.Request.ID, "reply", view.Request.ReplyBy, "due",
				view.Request.DueBy), p.Button("data_mine", "datamine")), nil
		}),
	}
}

// dataMine lists what the person has asked.
func (p *Page) dataMine(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	views, err := p.Data.Mine(ctx, turn.Speaker.Actor)
	lines := p.Private(p.Say("data.mine"))
	for _, view := range views[:min(len(views), kit.Listed)] {
		p.dataLine(lines, view)
	}
	lines.OrSay("data.none")
	return lines.End(p.Button("rights", "rights")), err
}

// dataLine is one request in a list, with its button.
func (p *Page) dataLine(lines *kit.Lines, view privacy.View) {
	lines.Say("data.line", "number", view.Request.ID, "what", p.Say("data.kind."+view.Request.Kind), "name", view.Name,
		"state", p.dataState(view), "due", view.Request.DueBy)
	lines.Row(kit.Act(p.Say("data.button", "number", view.Request.ID), "datacard", view.Request.ID))
}

func (p *Page) dataState(view privacy.View) string {
	if view.Late {
		return p.Say("data.state.late")
	}
	return p.Say("data.state." + string(view.Request.State))
}

// dataRegister lists the ward's register, what waits first.
func (p *Page) dataRegister(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	offset := kit.Offset(turn.Arg(0))
	views, total, open, err := p.Data.Register(ctx, turn.Speaker.Actor, offset, kit.Listed)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("data.register", "open", open, "total", total))
	for _, view := range views {
		p.dataLine(lines, view)
	}
	lines.OrSay("data.none")
	lines.More(kit.Next(offset, len(views), total), "dataregister")
	return lines.End(), nil
}

// dataCard is a request, for who asked it and for who is to answer.
func (p *Page) dataCard() kit.Card[privacy.View] {
	return kit.Card[privacy.View]{Read: p.Data.Card, Draw: p.drawData}
}

func (p *Page) drawData(reader services.Actor, view privacy.View) bot.Reply {
	row := view.Request
	lines := p.Private(p.Say("data.card", "number", row.ID, "what", p.Say("data.kind."+row.Kind)))
	if row.State != models.DataOpen && row.Answer != "" {
		lines.Say("data.answered."+string(row.State), "by", view.By, "at", *row.AnsweredAt, "words", row.Answer)
	}
	lines.SayIf(reader.IsStaff(), "data.of", "name", view.Name)
	lines.SayIf(row.Text != "", "data.words", "words", row.Text)
	lines.Say("data.clock", "state", p.dataState(view), "reply", row.ReplyBy, "due", row.DueBy)
	if !reader.IsStaff() {
		return lines.End(p.Button("rights", "rights"))
	}
	if row.State == models.DataOpen {
		lines.Say("data.does." + row.Kind)
		lines.Row(kit.Positive(p.Button("data_done", "dataanswer", row.ID, row.Version, models.DataDone)),
			kit.Negative(p.Button("data_refuse", "dataanswer", row.ID, row.Version, models.DataRefused)))
		lines.Row(p.Button("back_to_person", "person", row.PersonID))
	}
	return lines.End(p.Button("data_register", "dataregister"))
}

// answersData is what the ward says to a request.
type answersData struct {
	Request int64
	Version int
	How     string
	Text    string
}

func (p *Page) answerDataForm() *bot.Form {
	return &bot.Form{
		Name:  "answer_data",
		Steps: []bot.Step{kit.Sentence(bot.Step{Name: "text", Ask: "data.answer_ask", Example: "example.data_answer"})},
		Confirm: kit.With(func(_ context.Context, _ bot.Turn, one answersData) (bot.Reply, error) {
			if one.How == string(models.DataDone) {
				return bot.Reply{Text: p.Say("data.answer_done", "number", one.Request, "text", one.Text)}, nil
			}
			return bot.Reply{Text: p.Say("data.answer_refused", "number", one.Request, "text", one.Text)}, nil
		}),
		Done: kit.With(func(ctx context.Context, turn bot.Turn, one answersData) (bot.Reply, error) {
			view, err := p.Data.Answer(ctx, turn.Speaker.Actor, one.Request, one.Version,
				one.How == string(models.DataDone), one.Text)
			if err != nil {
				return bot.Reply{}, err
			}
			return kit.Led(p.Say("data.answer_sent"), p.drawData(turn.Speaker.Actor, view)), nil
		}),
	}
}

// breachCard is an entry of the ledger of breaches.
func (p *Page) breachCard() kit.Card[models.Breach] {
	return kit.Card[models.Breach]{Read: p.Data.Breach, Draw: func(_ services.Actor, row models.Breach) bot.Reply {
		lines := p.Private(p.Say("breach.title", "number", row.ID))
		lines.Say("breach.what", "what", row.What)
		lines.Say("breach.whom", "whom", row.Whom)
		lines.SayIf(row.Measures != "", "breach.measures", "measures", row.Measures)
		lines.Say("breach.clock", "found", row.FoundAt, "due", row.DueBy)
		if row.ReportedAt != nil {
			lines.Say("breach.reported", "at", *row.ReportedAt)
			return lines.End()
		}
		lines.Row(kit.Positive(p.Button("breach_told", "breachtold", row.ID)))
		return lines.End()
	}}
}

// breachTold notes that the authority has heard.
func (p *Page) breachTold(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := p.Data.ReportBreach(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0))); err != nil {
		return bot.Reply{}, err
	}
	return p.breachCard().Open(ctx, turn)
}
