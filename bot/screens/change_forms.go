package screens

import (
	"context"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/changes"
	"canbobot/services/roster"
)

// officerKinds are the kinds of request by which somebody takes a post.
var officerKinds = []models.ChangeKind{models.ChangeAppoint, models.ChangeReplace}

// changeOfficer begins the form by which someone takes a post; a branch may be
// named by the button, a newcomer by the words.
func (s *Screens) changeOfficer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.beginForBranch(ctx, turn, "officer", officerKinds...)
}

func (s *Screens) changeLeave(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.beginForBranch(ctx, turn, "leave", models.ChangeLeave)
}

func (s *Screens) changePhone(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := officersOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	known := bot.Answers{}
	people, err := s.people(ctx, turn)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(people) == 1 {
		known["person"] = id(people[0].ID)
	}
	return turn.Begin(ctx, "phone", known)
}

// beginForBranch asks which branch only where there are several. Staff come
// from a branch that they looked up.
func (s *Screens) beginForBranch(ctx context.Context, turn bot.Turn, form string, kinds ...models.ChangeKind) (bot.Reply, error) {
	known := bot.Answers{}
	if chosen := number(turn.Arg(0)); chosen != 0 {
		known["branch"] = id(chosen)
	} else if turn.Speaker.Actor.IsStaff() {
		return turn.Begin(ctx, "find", nil)
	}
	if known["branch"] == "" {
		if err := inPost(turn); err != nil {
			return bot.Reply{}, err
		}
		branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
		if err != nil {
			return bot.Reply{}, err
		}
		switch len(branches) {
		case 0:
			return bot.Reply{}, services.Denied("propose")
		case 1:
			known["branch"] = id(branches[0].Branch.ID)
		}
	}
	return turn.Begin(ctx, form, known)
}

// branchStep asks for which of the actor's branches.
func (s *Screens) branchStep(kinds ...models.ChangeKind) bot.Step {
	return bot.Step{
		Name: "branch", Ask: "change.branch",
		Choices: func(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
			branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, kinds...)
			if err != nil {
				return nil, err
			}
			var rows [][]bot.Button
			for _, view := range branches {
				rows = append(rows, bot.Row(bot.Button{Label: view.Branch.Name, Action: id(view.Branch.ID)}))
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

// officerForm appoints or replaces: which post, who comes, since when.
func (s *Screens) officerForm() *bot.Form {
	return &bot.Form{
		Name: "officer",
		Steps: []bot.Step{
			s.branchStep(officerKinds...),
			{Name: "role", Ask: "officer.role", Fields: s.branchFields, Choices: s.roleChoices, Read: s.readRole},
			{Name: "name", Ask: "officer.name", Read: readName},
			{Name: "newphone", Ask: "officer.phone", Choices: s.noneChoice, Read: noneOr(readPhone)},
			{Name: "from", Ask: "officer.from", Choices: s.dayChoices, Read: s.readDay},
			{Name: "decision", Ask: "officer.decision", Choices: s.noneChoice, Read: noneOr(readDecision)},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

// leaveForm says who leaves, on which last day, and why.
func (s *Screens) leaveForm() *bot.Form {
	return &bot.Form{
		Name: "leave",
		Steps: []bot.Step{
			s.branchStep(models.ChangeLeave),
			{Name: "term", Ask: "leave.who", Choices: s.termChoices, Read: s.readTerm},
			{Name: "from", Ask: "leave.last_day", Choices: s.dayChoices, Read: s.readDay},
			{Name: "reason", Ask: "leave.reason", Choices: s.reasonChoices, Read: oneOf(leaveReasons...)},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

// phoneForm changes a phone number: one's own, or that of somebody in a branch
// one may speak for.
func (s *Screens) phoneForm() *bot.Form {
	return &bot.Form{
		Name: "phone",
		Steps: []bot.Step{
			{Name: "person", Ask: "phone.who", Choices: s.personChoices, Read: s.readPerson},
			{Name: "phone", Ask: "phone.new", AskContact: true, Read: readPhone},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

const none = "none"

func (s *Screens) noneChoice(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{bot.Row(bot.Button{Label: s.say("button.none"), Action: none})}, nil
}

type reader = func(context.Context, bot.Turn, bot.Answers, bot.Input) (string, error)

// noneOr lets a question be passed over.
func noneOr(read reader) reader {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		if input.Choice == none {
			return none, nil
		}
		switch models.Fold(input.Text) {
		case "chua co", "khong", "khong co", "chua":
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

func readDecision(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	text, err := readSentence(input)
	if err == nil && len([]rune(text)) > 60 {
		return "", services.Invalid("decision_long")
	}
	return text, err
}

func (s *Screens) branchFields(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	if err != nil {
		return nil, err
	}
	return bot.Fields{"branch": view.Branch.Name, "posts": s.branchBlock(view)}, nil
}

// roleChoices names the posts of the branch by their titles.
func (s *Screens) roleChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	if err != nil {
		return nil, err
	}
	var row []bot.Button
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		if title := view.Organization.TitleOf(role); title != "" {
			row = append(row, bot.Button{Label: title, Action: string(role)})
		}
	}
	return [][]bot.Button{row}, nil
}

// readRole also finds whose post it is, so that the form knows whether someone
// leaves.
func (s *Screens) readRole(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	if err != nil {
		return "", err
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		title := view.Organization.TitleOf(role)
		if title == "" || (input.Choice != string(role) && models.Fold(input.Text) != models.Fold(title)) {
			continue
		}
		delete(answers, "ends")
		var holders []roster.Post
		for _, post := range view.Posts {
			if post.Term.Role == role {
				holders = append(holders, post)
			}
		}
		places := map[models.TermRole]int{models.Head: 1, models.Deputy: max(1, view.Organization.DeputiesMax)}[role]
		if places > 0 && len(holders) >= places {
			answers["ends"] = id(holders[0].Term.ID)
		}
		return string(role), nil
	}
	return "", services.Invalid("choice")
}

// leaveReasons are why a term ends, as the roster keeps them.
var leaveReasons = []string{"resigned", "moved", "term_ended", "dismissed", "died", "other"}

func (s *Screens) reasonChoices(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var rows [][]bot.Button
	for i := 0; i < len(leaveReasons); i += 2 {
		var row []bot.Button
		for _, reason := range leaveReasons[i:min(i+2, len(leaveReasons))] {
			row = append(row, bot.Button{Label: s.say("leave_reason." + reason), Action: reason})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// leavable are the posts that the actor may report as left: a head's branch,
// everybody's own, any for staff.
func (s *Screens) leavable(ctx context.Context, turn bot.Turn, answers bot.Answers) ([]roster.Post, error) {
	branch := number(answers["branch"])
	if turn.Speaker.Actor.IsStaff() {
		view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, branch)
		return view.Posts, err
	}
	branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, models.ChangeLeave)
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
		rows = append(rows, bot.Row(bot.Button{Label: s.say("leave.choice", "title", post.Term.Title, "name", post.Person.Name), Action: id(post.Term.ID)}))
	}
	return rows, nil
}

func (s *Screens) readTerm(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	posts, err := s.leavable(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	for _, post := range posts {
		if input.Choice == id(post.Term.ID) || (input.Text != "" && models.Fold(input.Text) == post.Person.Folded) {
			return id(post.Term.ID), nil
		}
	}
	return "", services.Invalid("choice")
}

// people are those whose phone the actor may change: oneself first.
func (s *Screens) people(ctx context.Context, turn bot.Turn) ([]models.Person, error) {
	self, err := s.Roster.Person(ctx, turn.Speaker.Actor, turn.Speaker.Actor.Person)
	if err != nil {
		return nil, err
	}
	people, seen := []models.Person{self}, map[int64]bool{self.ID: true}
	branches, err := s.Changes.Proposable(ctx, turn.Speaker.Actor, models.ChangePhone)
	if err != nil {
		return nil, err
	}
	for _, view := range branches {
		for _, post := range view.Posts {
			if !seen[post.Person.ID] {
				seen[post.Person.ID] = true
				people = append(people, post.Person)
			}
		}
	}
	return people, nil
}

func (s *Screens) personChoices(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	people, err := s.people(ctx, turn)
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for i, person := range people {
		label := person.Name
		if i == 0 {
			label = s.say("phone.mine")
		}
		rows = append(rows, bot.Row(bot.Button{Label: label, Action: id(person.ID)}))
	}
	return rows, nil
}

func (s *Screens) readPerson(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	people, err := s.people(ctx, turn)
	if err != nil {
		return "", err
	}
	for _, person := range people {
		if input.Choice == id(person.ID) || (input.Text != "" && models.Fold(input.Text) == person.Folded) {
			return id(person.ID), nil
		}
	}
	return "", services.Invalid("choice")
}

// proposalOf turns a form's answers into what the ward is asked.
func proposalOf(turn bot.Turn, answers bot.Answers, form string) changes.Proposal {
	proposal := changes.Proposal{Branch: number(answers["branch"]), From: dayOf(answers["from"])}
	switch form {
	case "officer":
		proposal.Kind, proposal.Role = models.ChangeAppoint, models.TermRole(answers["role"])
		if ends := number(answers["ends"]); ends != 0 {
			proposal.Kind, proposal.Term = models.ChangeReplace, ends
		}
		proposal.Newcomer = changes.Newcomer{Name: answers["name"], Phone: kept(answers["newphone"])}
		proposal.Decision.Number = kept(answers["decision"])
	case "leave":
		proposal.Kind, proposal.Term, proposal.Reason = models.ChangeLeave, number(answers["term"]), answers["reason"]
	case "phone":
		proposal.Kind, proposal.Person, proposal.Phone = models.ChangePhone, number(answers["person"]), answers["phone"]
		proposal.From = models.Date{}
	}
	return proposal
}

// answersOf is the reverse, for a request that came back to be mended.
func answersOf(proposal changes.Proposal) (form string, answers bot.Answers) {
	answers = bot.Answers{"branch": id(proposal.Branch), "from": proposal.From.String()}
	orNone := func(text string) string {
		if text == "" {
			return none
		}
		return text
	}
	switch proposal.Kind {
	case models.ChangeAppoint, models.ChangeReplace:
		answers["role"], answers["name"] = string(proposal.Role), proposal.Newcomer.Name
		answers["newphone"], answers["decision"] = orNone(proposal.Newcomer.Phone), orNone(proposal.Decision.Number)
		if proposal.Term != 0 {
			answers["ends"] = id(proposal.Term)
		}
		return "officer", answers
	case models.ChangeLeave:
		answers["term"], answers["reason"] = id(proposal.Term), proposal.Reason
		return "leave", answers
	}
	return "phone", bot.Answers{"person": id(proposal.Person), "phone": proposal.Phone}
}

// formOf tells which form the answers belong to.
func formOf(answers bot.Answers) string {
	switch {
	case answers["role"] != "":
		return "officer"
	case answers["term"] != "":
		return "leave"
	}
	return "phone"
}

// confirmChange shows what would change and what it does to the money.
func (s *Screens) confirmChange(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	card, err := s.Changes.Preview(ctx, turn.Speaker.Actor, proposalOf(turn, answers, formOf(answers)))
	if err != nil {
		return bot.Reply{}, err
	}
	reply := s.drawCard(card)
	reply.Title = s.say("change.check", "kind", s.kindTitle(card))
	return reply, nil
}

func (s *Screens) submitChange(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
	proposal := proposalOf(turn, answers, formOf(answers))
	var card changes.Card
	var err error
	if request := number(answers["request"]); request != 0 {
		card, err = s.Changes.Resubmit(ctx, turn.Speaker.Actor, request, version(answers["version"]), proposal)
	} else {
		card, err = s.Changes.Submit(ctx, turn.Speaker.Actor, proposal)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{
		Text: s.say("change.submitted", "number", card.Request.ID),
		Buttons: [][]bot.Button{
			bot.Row(s.button("request", "request", id(card.Request.ID)), s.button("menu", "menu"))},
	}, nil
}

// changeByClerk is for what chat does not change: the clerk does, on a word.
func (s *Screens) changeByClerk(_ context.Context, _ bot.Turn) (bot.Reply, error) {
	return bot.Reply{Text: s.say("change.by_clerk"), Buttons: [][]bot.Button{
		bot.Row(s.button("support", "support"), s.button("menu", "menu"))}}, nil
}
