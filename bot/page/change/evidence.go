package change

import (
	"context"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/evidence"
)

// keepPaper fetches what was sent and keeps it, for a request.
func (p *Page) keepFile(ctx context.Context, turn bot.Turn) (int64, error) {
	file := turn.In.Attachment
	if file.Size > evidence.MaxFile {
		return 0, services.Invalid("file_large").With("max", evidence.MaxFile>>20)
	}
	content, err := turn.Fetch(ctx, evidence.MaxFile)
	if err != nil {
		return 0, err
	}
	return p.Evidence.Keep(ctx, turn.Speaker.Actor, content, strings.TrimSpace(turn.In.Text+" "+file.Name))
}

// attachToForm keeps a paper that comes while a request is being written.
func (p *Page) attachToForm(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	if papersGiven(answers) >= evidence.MaxAtOnce {
		return "", services.TooMany("files").With("max", evidence.MaxAtOnce)
	}
	kept, err := p.keepFile(ctx, turn)
	if err != nil {
		return "", err
	}
	given := strings.Split(answers["papers_given"], ",")
	if answers["papers_given"] == "" {
		given = nil
	}
	for _, one := range given {
		if one == kit.ID(kept) {
			return p.Say("papers.again"), nil
		}
	}
	answers["papers_given"] = strings.Join(append(given, kit.ID(kept)), ",")
	return p.Say("papers.kept", "files", len(given)+1), nil
}

func papersGiven(answers bot.Answers) int {
	if answers["papers_given"] == "" {
		return 0
	}
	return strings.Count(answers["papers_given"], ",") + 1
}

// paperFor keeps a file that nobody asked for, where a request of the sender's
// waits to which it may belong, and asks which. Without one nothing is kept.
func (p *Page) paperFor(ctx context.Context, turn bot.Turn) (bot.Reply, bool, error) {
	actor := turn.Speaker.Actor
	if kind := turn.In.Attachment.Kind; kind != bot.Photo && kind != bot.Document {
		return bot.Reply{}, false, nil
	}
	if actor.Role == services.Viewer || (actor.Role == services.Officer && turn.Speaker.Former) {
		return bot.Reply{}, false, nil
	}
	mine, err := p.Changes.Mine(ctx, actor)
	if err != nil {
		return bot.Reply{}, true, err
	}
	var rows [][]bot.Button
	var open []change.Summary
	for _, one := range mine {
		if one.State.Open() && len(open) < kit.Listed {
			open = append(open, one)
		}
	}
	if len(open) == 0 {
		return bot.Reply{}, false, nil
	}
	kept, err := p.keepFile(ctx, turn)
	if err != nil {
		return bot.Reply{}, true, err
	}
	for _, one := range open {
		rows = append(rows, bot.Row(kit.Act(p.Say("papers.attach_button", "number", one.ID), "attach", one.ID, kept)))
	}
	return bot.Reply{Text: p.Say("papers.which"), Buttons: append(rows, p.MenuRow())}, true, nil
}

// attach gives the file to the request that was chosen.
func (p *Page) attach(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.AddEvidence(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1)))
	if err != nil {
		return bot.Reply{}, err
	}
	text := p.Say("papers.attached", "number", card.Request.ID, "files", card.Files)
	if card.Request.State == models.ChangeReturned {
		text += "\n" + p.Say("papers.send_again")
	}
	return p.Tell(text, p.Button("request", "request", card.Request.ID)), nil
}

// papersRow opens a request's papers, where it has any.
func (p *Page) papersRow(card change.Card) [][]bot.Button {
	if card.Files == 0 {
		return nil
	}
	return [][]bot.Button{bot.Row(p.Button("papers", "papers", card.Request.ID))}
}

// papers shows a request's papers in the chat.
func (p *Page) papers(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	request := kit.Number(turn.Arg(0))
	files, err := p.Evidence.Open(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	verb := "request"
	if turn.Speaker.Actor.IsStaff() {
		verb = "card"
	}
	reply := bot.Reply{Text: p.Say("papers.of", "number", request, "files", len(files)), Protect: true,
		Buttons: [][]bot.Button{p.MenuRow(p.Button("request", verb, request))}}
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	removable := proposedBy(turn.Speaker.Actor, card.Request) && card.Request.State == models.ChangeReturned
	for i, file := range files {
		if removable {
			reply.Buttons = append([][]bot.Button{bot.Row(kit.Act(p.Say("papers.remove_button", "number", i+1), "detach", request, file.ID))}, reply.Buttons...)
		}
		reply.Files = append(reply.Files, bot.File{Name: file.Name, MIME: file.ContentType, Content: file.Content})
	}
	return reply, nil
}

// proposedBy reports whether a request is the actor's own.
func proposedBy(actor services.Actor, request models.ChangeRequest) bool {
	if actor.Staff != 0 {
		return request.ProposerStaffID != nil && *request.ProposerStaffID == actor.Staff
	}
	return actor.Person != 0 && request.ProposerPersonID != nil && *request.ProposerPersonID == actor.Person
}

// detach takes a paper from a request that was sent back.
func (p *Page) detach(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.RemoveEvidence(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1)))
	if err != nil {
		return bot.Reply{}, err
	}
	text := p.Say("papers.removed_last", "number", card.Request.ID)
	if card.Files > 0 {
		text = p.Say("papers.removed", "number", card.Request.ID, "files", card.Files)
	}
	text += "\n" + p.Say("papers.send_again")
	return p.Tell(text, p.Button("request", "request", card.Request.ID)), nil
}
