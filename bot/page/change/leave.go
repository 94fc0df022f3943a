package change

import (
	"context"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
)

// leave asks who leaves a post.
type leave struct{ plain }

func init() { register(func(p *Page) kind { return leave{plain{p}} }, change.Leave{}) }

func (p leave) register(b *kit.Book) {
	b.Screen("leave", p.begin, kit.Intent(bot.ChangeLeave, "leave"))
}

// leaving is what is said of who leaves a post.
type leaving struct {
	given
	Term   int64
	Reason string
}

func (p leave) proposal(answers bot.Answers) change.Proposal {
	said := kit.Typed[leaving](answers)
	proposal := proposed(said.given)
	proposal.Kind, proposal.Term = change.Leave{Reason: said.Reason}, said.Term
	return proposal
}

func (p leave) answers(proposal change.Proposal) bot.Answers {
	return kit.Untyped(leaving{given{Branch: proposal.Branch, From: proposal.From}, proposal.Term,
		proposal.Kind.(change.Leave).Reason})
}

// begin begins the form by which somebody leaves. "Từ 1/4" is the first
// day without the post.
func (p leave) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, view, err := p.knownBranch(ctx, turn, change.Leave{})
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return turn.Open(ctx, "find")
	}
	said := bot.Said{"term": {Text: turn.Meaning.Slots.Name}}
	if day, begins, ok := p.DaySaid(turn.In.Text); ok {
		if begins {
			day = day.AddDays(-1)
		}
		said["from"] = bot.Input{Choice: day.String()}
	}
	said["reason"] = bot.Input{Choice: understand.LeaveReason(turn.In.Text)}
	if own := p.ownTerm(turn, view); own != 0 {
		said["term"] = bot.Input{Choice: kit.ID(own)}
	}
	return turn.BeginSaid(ctx, "leave", known, said)
}

// form says who leaves, on which last day, and why.
func (p leave) form() *bot.Form {
	return &bot.Form{
		Name: "leave", Intent: bot.ChangeLeave,
		Mends: map[string]string{"leave_reason": "reason", "term_ended": "term"},
		Steps: []bot.Step{
			p.branchStep(change.Leave{}),
			{Name: "term", Ask: "leave.who", Choices: p.termChoices, Read: p.readTerm,
				Show: kit.ShowChoice("term", p.termChoices), Follows: true, Pick: true},
			p.choice(bot.Step{Name: "reason", Ask: "leave.reason"}, 2, "leave_reason.*", leaveReasons...),
			{Name: "from", Ask: "leave.from", Example: "example.last_day", Fields: p.lastDayFields, Choices: p.DayChoices,
				Read: p.ReadDay, Show: kit.ShowDayOf("from")},
		},
	}
}

// leaveReasons are why a term ends, as the roster keeps them.
var leaveReasons = []string{"resigned", "moved", "term_ended", "dismissed", "died", "other"}

// ownTerm is the post of who speaks, where they say that they leave it
// themselves; 0 when they name somebody, or another post.
func (p leave) ownTerm(turn bot.Turn, view roster.BranchView) int64 {
	slots := turn.Meaning.Slots
	if slots.Name != "" || !understand.Leaves(turn.In.Text) {
		return 0
	}
	for _, post := range view.Posts {
		if post.Person.ID == turn.Speaker.Actor.Person && (slots.Role == "" || slots.Role == string(post.Term.Role)) {
			return post.Term.ID
		}
	}
	return 0
}

// lastDayFields ask for the day in the words that the reason asks for.
func (p leave) lastDayFields(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Fields, error) {
	key := "leave.last_day"
	if answers["reason"] == "died" {
		key = "leave.died_on"
	}
	return bot.Fields{"question": p.Say(key)}, nil
}

// leavable are the posts that the actor may report as left: a head's branch,
// everybody's own, any for staff.
func (p leave) leavable(ctx context.Context, turn bot.Turn, answers bot.Answers) ([]roster.Post, error) {
	if turn.Speaker.Actor.IsStaff() {
		view, err := p.branch(ctx, turn, answers)
		return view.Posts, err
	}
	branches, err := p.Changes.Proposable(ctx, turn.Speaker.Actor, change.Leave{})
	if err != nil {
		return nil, err
	}
	for _, view := range branches {
		if view.Branch.ID == kit.Typed[given](answers).Branch {
			return view.Posts, nil
		}
	}
	return nil, services.Denied("propose")
}

func (p leave) termChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	posts, err := p.leavable(ctx, turn, answers)
	return kit.InRows(1, posts, func(post roster.Post) bot.Button {
		return kit.Choice(p.Say("leave.choice", "title", post.Term.Title, "name", post.Person.Name), kit.ID(post.Term.ID))
	}), err
}

func (p leave) readTerm(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	posts, err := p.leavable(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	return chosen(posts, input, func(post roster.Post) (int64, string) { return post.Term.ID, post.Person.Folded })
}
