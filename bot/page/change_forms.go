package page

import (
	"context"
	"regexp"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
)

// changeLeave begins the form by which somebody leaves. "Từ 1/4" is the first
// day without the post.
func (s *Screens) changeLeave(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, view, err := s.knownBranch(ctx, turn, change.Leave{})
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return s.find(ctx, turn)
	}
	said := bot.Said{"term": {Text: turn.Meaning.Slots.Name}}
	if day, begins, ok := s.daySaid(turn.In.Text); ok {
		if begins {
			day = day.AddDays(-1)
		}
		said["from"] = bot.Input{Choice: day.String()}
	}
	said["reason"] = bot.Input{Choice: reasonSaid(turn.In.Text)}
	if own := s.ownTerm(turn, view); own != 0 {
		said["term"] = bot.Input{Choice: id(own)}
	}
	return turn.BeginSaid(ctx, "leave", known, said)
}

// knownBranch finds the branch that a change is about: named by the button, or
// the only one that the actor may speak for, or the only one that fits what was
// said. Nil answers mean that staff must look it up first; no branch, that the
// form asks.
func (s *Screens) knownBranch(ctx context.Context, turn bot.Turn, kinds ...change.Kind) (bot.Answers, roster.BranchView, error) {
	known := bot.Answers{}
	if chosen := number(turn.Arg(0)); chosen != 0 {
		known.Fix("branch", id(chosen))
		view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, chosen)
		return known, view, err
	}
	if turn.Speaker.Actor.IsStaff() {
		return nil, roster.BranchView{}, nil
	}
	if err := inPost(turn); err != nil {
		return nil, roster.BranchView{}, err
	}
	branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
	if err != nil {
		return nil, roster.BranchView{}, err
	}
	switch len(branches) {
	case 0:
		return nil, roster.BranchView{}, services.Denied("propose")
	case 1:
		known.Fix("branch", id(branches[0].Branch.ID))
		return known, branches[0], nil
	}
	if fitting := fit(branches, turn.Meaning.Slots); len(fitting) == 1 {
		known["branch"] = id(fitting[0].Branch.ID)
		return known, fitting[0], nil
	}
	return known, roster.BranchView{}, nil
}

// fit leaves the branches of which something was said.
func fit(branches []roster.BranchView, slots bot.Slots) []roster.BranchView {
	var fitting []roster.BranchView
	for _, view := range branches {
		organization := slots.Organization != "" && view.Organization.Code == slots.Organization
		village := slots.Village != "" && strings.HasSuffix(models.Fold(view.Branch.Name), " "+models.Fold(lastWord(slots.Village)))
		if organization || village || len(postsOf(view.Posts, slots.Name)) > 0 {
			fitting = append(fitting, view)
		}
	}
	return fitting
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// postsOf are the posts of those who are called so.
func postsOf(posts []roster.Post, name string) []roster.Post {
	var held []roster.Post
	for _, post := range posts {
		if called(post.Person.Folded, name) {
			held = append(held, post)
		}
	}
	return held
}

// branchStep asks for which of the actor's branches.
func (s *Screens) branchStep(kinds ...change.Kind) bot.Step {
	return bot.Step{
		Name: "branch", Ask: "change.branch", Pick: true, Show: s.showBranch,
		Choices: func(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
			branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
			if err != nil {
				return nil, err
			}
			var rows [][]bot.Button
			for _, view := range branches {
				rows = append(rows, bot.Row(bot.Button{Label: view.Branch.Name, Action: bot.Choice(id(view.Branch.ID))}))
			}
			return rows, nil
		},
		Read: func(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
			branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
			if err != nil {
				return "", err
			}
			for _, view := range branches {
				if input.Choice == id(view.Branch.ID) {
					return input.Choice, nil
				}
			}
			return "", services.Invalid("choice")
		},
	}
}

// leaveForm says who leaves, on which last day, and why.
func (s *Screens) leaveForm() *bot.Form {
	return &bot.Form{
		Name: "leave", Intent: bot.ChangeLeave, Attach: s.attachToForm,
		Mends: map[string]string{"leave_reason": "reason", "term_ended": "term"},
		Steps: []bot.Step{
			s.branchStep(change.Leave{}),
			{Name: "term", Ask: "leave.who", Choices: s.termChoices, Read: s.readTerm, Show: showChoice("term", s.termChoices), Follows: true, Pick: true},
			{Name: "reason", Ask: "leave.reason", Choices: s.reasonChoices, Read: oneOf(leaveReasons...), Show: showChoice("reason", s.reasonChoices), Pick: true},
			{Name: "from", Ask: "leave.from", Example: "example.last_day", Fields: s.lastDayFields, Choices: s.dayChoices, Read: s.readDay, Show: showDay},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

const none = "none"

func (s *Screens) noneChoice(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(bot.Button{Label: s.say("button.none"), Action: bot.Choice(none)})}, nil
}

type reader = func(context.Context, bot.Turn, bot.Answers, bot.Input) (string, error)

// nothingYet says, folded, that there is no answer to give.
var nothingYet = regexp.MustCompile(`^(da |a )?(chua|khong|ko|k|no|de sau)( (co|biet|ro|nho|thay)\b.*)?$`)

// noneOr lets a question be passed over.
func noneOr(read reader) reader {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		if input.Choice == none {
			return none, nil
		}
		if nothingYet.MatchString(models.Fold(input.Text)) && len(strings.Fields(input.Text)) <= 5 {
			return none, nil
		}
		return read(ctx, turn, answers, input)
	}
}

func kept(answer string) string {
	if answer == none {
		return ""
	}
	return answer
}

func (s *Screens) showBranch(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	return view.Branch.Name, err
}

// leaveReasons are why a term ends, as the roster keeps them.
var leaveReasons = []string{"resigned", "moved", "term_ended", "dismissed", "died", "other"}

func (s *Screens) reasonChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var rows [][]bot.Button
	for i := 0; i < len(leaveReasons); i += 2 {
		var row []bot.Button
		for _, reason := range leaveReasons[i:min(i+2, len(leaveReasons))] {
			row = append(row, bot.Button{Label: s.say("leave_reason." + reason), Action: bot.Choice(reason)})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// iLeave says, folded, that who speaks is who leaves.
var iLeave = regexp.MustCompile(`\b(toi|tui|minh|em|bac|chu|co|anh|chi) (xin|muon|dinh|khong lam|nghi|thoi)\b|^(cho (toi|tui|em|minh) )?xin (thoi|nghi|rut)\b`)

// ownTerm is the post of who speaks, where they say that they leave it
// themselves; 0 when they name somebody, or another post.
func (s *Screens) ownTerm(turn bot.Turn, view roster.BranchView) int64 {
	slots := turn.Meaning.Slots
	if slots.Name != "" || !iLeave.MatchString(models.Fold(turn.In.Text)) {
		return 0
	}
	for _, post := range view.Posts {
		if post.Person.ID == turn.Speaker.Actor.Person && (slots.Role == "" || slots.Role == string(post.Term.Role)) {
			return post.Term.ID
		}
	}
	return 0
}

// reasonsSaid, folded, tell why somebody leaves; the first that is found counts.
var reasonsSaid = []struct {
	reason string
	words  *regexp.Regexp
}{
	{"died", regexp.MustCompile(`\b(mat roi|vua mat|da mat|moi mat|qua doi|tu tran|khong con nua)\b`)},
	{"moved", regexp.MustCompile(`\b(chuyen (di|nha|vao|ra|noi|cho|cong tac|sinh hoat)|di lam an|vao nam|di nuoc ngoai)\b`)},
	{"term_ended", regexp.MustCompile(`\bhet nhiem ky\b`)},
	{"dismissed", regexp.MustCompile(`\b(mien nhiem|cach chuc|ky luat|bai nhiem)\b`)},
	{"resigned", regexp.MustCompile(`\b(xin (nghi|thoi)|khong lam nua)\b`)},
}

func reasonSaid(text string) string {
	folded := models.Fold(text)
	for _, said := range reasonsSaid {
		if said.words.MatchString(folded) {
			return said.reason
		}
	}
	return ""
}

// lastDayFields ask for the day in the words that the reason asks for.
func (s *Screens) lastDayFields(_ context.Context, _ bot.Turn, answers bot.Answers) (bot.Fields, error) {
	key := "leave.last_day"
	if answers["reason"] == "died" {
		key = "leave.died_on"
	}
	return bot.Fields{"question": s.say(key)}, nil
}

// leavable are the posts that the actor may report as left: a head's branch,
// everybody's own, any for staff.
func (s *Screens) leavable(ctx context.Context, turn bot.Turn, answers bot.Answers) ([]roster.Post, error) {
	branch := number(answers["branch"])
	if turn.Speaker.Actor.IsStaff() {
		view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, branch)
		return view.Posts, err
	}
	branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, change.Leave{})
	if err != nil {
		return nil, err
	}
	for _, view := range branches {
		if view.Branch.ID == branch {
			return view.Posts, nil
		}
	}
	return nil, services.Denied("propose")
}

func (s *Screens) termChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	posts, err := s.leavable(ctx, turn, answers)
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for _, post := range posts {
		rows = append(rows, bot.Row(bot.Button{Label: s.say("leave.choice", "title", post.Term.Title, "name", post.Person.Name), Action: bot.Choice(id(post.Term.ID))}))
	}
	return rows, nil
}

func (s *Screens) readTerm(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	posts, err := s.leavable(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	for _, post := range posts {
		if input.Choice == id(post.Term.ID) {
			return id(post.Term.ID), nil
		}
	}
	if meant := postsOf(posts, withoutCall(input.Text)); len(meant) == 1 {
		return id(meant[0].Term.ID), nil
	}
	return "", services.Invalid("choice")
}

// confirmChange shows what would change and what it does to the money.
func (s *Screens) confirmChange(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	card, err := s.Changes.Preview(ctx, turn.Speaker.Actor, proposalOf(turn, answers, formOf(answers)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.drawCard(card)
	if turn.Speaker.Brief {
		reply.Text = strings.Join(s.diffLines(card), "\n")
	}
	reply.Title = s.say("change.check", "kind", s.kindTitle(card))
	if given := papersGiven(answers); given > 0 {
		reply.Text += "\n" + s.say("papers.count", "files", given)
	}
	return reply, nil
}

func (s *Screens) submitChange(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	proposal := proposalOf(turn, answers, formOf(answers))
	proposal.Evidence = answers["papers_given"]
	var card change.Card
	var err error
	if request := number(answers["request"]); request != 0 {
		card, err = s.Changes.Resubmit(ctx, turn.Speaker.Actor, request, version(answers["version"]), proposal)
	} else {
		card, err = s.Changes.Submit(ctx, turn.Speaker.Actor, proposal)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	text := s.say("change.submitted", "number", card.Request.ID)
	if proposal.Died() {
		text = s.say("change.condolence") + "\n" + text
	}
	return bot.Reply{
		Text: text,
		Buttons: [][]bot.Button{
			bot.Row(s.button("request", "request", id(card.Request.ID)), s.button("menu", "menu"))},
	}, nil
}
