package money

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
)

// learnForm keeps a sheet as a bank's own form, and says what it fills in.
func (p Outgoing) learnForm(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	form, err := p.Results.Forms.Learn(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Lines(p.Say("bank_forms.learned", "name", form.Name))
	filled, empty := p.columns(form)
	lines.Say("bank_forms.filled", "columns", filled)
	lines.SayIf(empty != "", "bank_forms.empty", "columns", empty)
	return lines.End(p.Button("bank_forms", "bankforms"), p.Button("runs", "runs")), nil
}

// columns are the headings that are filled in, and those that stay empty.
func (p *Lists) columns(form models.BankForm) (filled, empty string) {
	var has, lacks []string
	for _, column := range form.Columns {
		switch {
		case column.Head == "":
		case column.Field == "":
			lacks = append(lacks, column.Head)
		default:
			has = append(has, column.Head)
		}
	}
	return strings.Join(has, ", "), strings.Join(lacks, ", ")
}

// bankForms lists the forms of the ward's banks; each can be forgotten.
func (p Outgoing) bankForms(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	forms, err := p.Results.Forms.Of(ctx, turn.Speaker.Actor)
	lines := p.Lines(p.Say("bank_forms.title"))
	for i, form := range forms {
		filled, _ := p.columns(form)
		lines.Say("bank_forms.line", "number", i+1, "name", form.Name, "columns", filled)
		lines.Row(kit.Negative(kit.Act(p.Say("bank_forms.forget", "number", i+1), "bankformdrop", form.ID)))
	}
	lines.OrSay("bank_forms.none")
	lines.Say("bank_forms.how")
	return lines.End(p.Button("runs", "runs")), err
}

// formPapers offer a list under the headings of each of the ward's forms.
func (p *Lists) formPapers(ctx context.Context, turn bot.Turn, lines *kit.Lines, run models.PaymentRun) error {
	forms, err := p.Results.Forms.Of(ctx, turn.Speaker.Actor)
	for i, form := range forms {
		lines.Say("bank_forms.paper", "number", i+1, "name", form.Name)
		lines.Row(kit.Act(p.Say("bank_forms.take", "number", i+1), "runpaper", run.ID, "form", form.ID))
	}
	lines.Row(p.Button("bank_forms", "bankforms"))
	return err
}
