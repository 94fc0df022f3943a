package change

import (
	"context"
	"slices"
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
	given := papersGiven(answers)
	if len(given) >= evidence.MaxAtOnce {
		return "", services.TooMany("files").With("max", evidence.MaxAtOnce)
	}
	kept, err := p.keepFile(ctx, turn)
	if err != nil {
		return "", err
	}
	if slices.Contains(given, kit.ID(kept)) {
		return p.Say("papers.again"), nil
	}
	given = append(given, kit.ID(kept))
	answers["papers_given"] = strings.Join(given, ",")
	return p.Say("papers.kept", "files", len(given)), nil
}

// papersGiven are the papers that came while a request was being written.
func papersGiven(answers bot.Answers) []string {
	return kit.Typed[struct {
		Papers []string `answer:"papers_given"`
	}](answers).Papers
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
	open := slices.DeleteFunc(mine, func(one change.Summary) bool { return !one.State.Open() })
	if len(open) == 0 {
		return bot.Reply{}, false, nil
	}
	kept, err := p.keepFile(ctx, turn)
	lines := p.Lines("")
	lines.Say("papers.which")
	for _, one := range kit.Few(open) {
		lines.Row(kit.Act(p.Say("papers.attach_button", "number", one.ID), "attach", one.ID, kept))
	}
	return lines.End(), true, err
}

// attach gives the file to the request that was chosen.
func (p *Page) attach(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Changes.AddEvidence(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)), kit.Number(turn.Arg(1)))
	lines := p.Lines("")
	lines.Say("papers.attached", "number", card.Request.ID, "files", card.Files)
	lines.SayIf(card.Request.State == models.ChangeReturned, "papers.send_again")
	return lines.End(p.Button("request", "request", card.Request.ID)), err
}

// papers shows a request's papers in the chat.
func (p *Page) papers(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	request := kit.Number(turn.Arg(0))
	files, err := p.Evidence.Open(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	card, err := p.Changes.Card(ctx, turn.Speaker.Actor, request)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private("")
	lines.Say("papers.of", "number", request, "files", len(files))
	removable := proposedBy(turn.Speaker.Actor, card.Request) && card.Request.State == models.ChangeReturned
	for i, file := range files {
		lines.Files = append(lines.Files, bot.File{Name: file.Name, MIME: file.ContentType, Content: file.Content})
		last := len(files) - i
		lines.RowIf(removable, kit.Act(p.Say("papers.remove_button", "number", last), "detach", request, files[last-1].ID))
	}
	if turn.Speaker.Actor.IsStaff() {
		return lines.End(p.Button("request", "card", request)), nil
	}
	return lines.End(p.Button("request", "request", request)), nil
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
	lines := p.Lines("")
	lines.SayIf(card.Files > 0, "papers.removed", "number", card.Request.ID, "files", card.Files)
	lines.OrSay("papers.removed_last", "number", card.Request.ID)
	lines.Say("papers.send_again")
	return lines.End(p.Button("request", "request", card.Request.ID)), err
}
