package screens

import (
	"context"
	"regexp"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/changes"
	"canbobot/services/phone"
	"canbobot/services/roster"
)

// officerKinds are the kinds of request by which somebody takes a post.
var officerKinds = []models.ChangeKind{models.ChangeAppoint, models.ChangeReplace}

// changeOfficer begins the form by which someone takes a post, with what was
// said of it. A name alone is of who goes, if somebody in the branch is called
// so, else of who comes.
func (s *Screens) changeOfficer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, branch, err := s.knownBranch(ctx, turn, officerKinds...)
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return s.find(ctx, turn)
	}
	said := bot.Said{}
	slots := turn.Meaning.Slots
	goes, comes := slots.Name, slots.Other
	holds := postsOf(branch.Posts, goes)
	if comes == "" && goes != "" && len(holds) == 0 && branch.Branch.ID != 0 {
		goes, comes = "", goes
	}
	switch {
	case slots.Role != "":
		said["role"] = bot.Input{Choice: slots.Role}
	case len(holds) == 1:
		said["role"] = bot.Input{Choice: string(holds[0].Term.Role)}
	}
	if goes != "" {
		known["who"] = goes
	}
	said["name"] = bot.Input{Text: comes}
	said["newphone"] = bot.Input{Text: slots.Phone}
	sentence := turn.In.Text
	if slots.Phone != "" { // 09.12.34.56.78 is no day
		sentence = strings.ReplaceAll(sentence, slots.Phone, " ")
	}
	if day, _, ok := s.daySaid(sentence); ok {
		said["from"] = bot.Input{Choice: day.String()}
	}
	return turn.BeginSaid(ctx, "officer", known, said)
}

// changeLeave begins the form by which somebody leaves. "Từ 1/4" is the first
// day without the post.
func (s *Screens) changeLeave(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, _, err := s.knownBranch(ctx, turn, models.ChangeLeave)
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
	return turn.BeginSaid(ctx, "leave", known, said)
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
	said := bot.Said{"person": {Text: turn.Meaning.Slots.Name}, "phone": {Text: turn.Meaning.Slots.Phone}}
	switch {
	case len(people) == 1:
		known.Fix("person", id(people[0].ID))
	case ownWords.MatchString(models.Fold(turn.In.Text)):
		said["person"] = bot.Input{Choice: id(people[0].ID)}
	}
	return turn.BeginSaid(ctx, "phone", known, said)
}

// ownWords say, folded, that something is the speaker's.
var ownWords = regexp.MustCompile(`\b(cua|so) (toi|tui|em|minh|tau)\b`)

// oneself is, folded, how people say that it is their own: elders call
// themselves bác, chú, cô.
var oneself = regexp.MustCompile(`^(so )?(cua )?(toi|tui|em|minh|tau|bac|chu|co|anh|chi|ong|ba)( day| do| em| a)?$`)

// knownBranch finds the branch that a change is about: named by the button, or
// the only one that the actor may speak for, or the only one that fits what was
// said. Nil answers mean that staff must look it up first; no branch, that the
// form asks.
func (s *Screens) knownBranch(ctx context.Context, turn bot.Turn, kinds ...models.ChangeKind) (bot.Answers, roster.BranchView, error) {
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
func (s *Screens) branchStep(kinds ...models.ChangeKind) bot.Step {
	return bot.Step{
		Name: "branch", Ask: "change.branch", Pick: true, Show: s.showBranch,
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
		Name: "officer", Intent: bot.ChangeOfficer,
		Steps: []bot.Step{
			s.branchStep(officerKinds...),
			{Name: "role", Ask: "officer.role", Fields: s.branchFields, Choices: s.roleChoices, Read: s.readRole, Show: s.showRole, Follows: true, Pick: true},
			{Name: "goes", Ask: "officer.goes", Fields: s.goesFields, Choices: s.goesChoices, Read: readGoes, Pick: true,
				Skip: func(_ bot.Turn, answers bot.Answers) bool { return answers["differs"] == "" }},
			{Name: "name", Ask: "officer.name", Example: "example.name", Read: readName, Show: asKept("name"), Free: true},
			{Name: "newphone", Ask: "officer.phone", Example: "example.phone", Choices: s.noneChoice, Read: noneOr(readPhone), Show: s.showNewPhone},
			{Name: "from", Ask: "officer.from", Example: "example.from", Choices: s.dayChoices, Read: s.readDay, Show: showDay},
			{Name: "decision", Ask: "officer.decision", Example: "example.decision", Choices: s.noneChoice, Read: noneOr(readDecision), Show: s.orNone("decision"), Free: true},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

// leaveForm says who leaves, on which last day, and why.
func (s *Screens) leaveForm() *bot.Form {
	return &bot.Form{
		Name: "leave", Intent: bot.ChangeLeave,
		Steps: []bot.Step{
			s.branchStep(models.ChangeLeave),
			{Name: "term", Ask: "leave.who", Choices: s.termChoices, Read: s.readTerm, Show: showChoice("term", s.termChoices), Follows: true, Pick: true},
			{Name: "from", Ask: "leave.last_day", Example: "example.last_day", Choices: s.dayChoices, Read: s.readDay, Show: showDay},
			{Name: "reason", Ask: "leave.reason", Choices: s.reasonChoices, Read: oneOf(leaveReasons...), Show: showChoice("reason", s.reasonChoices), Pick: true},
		},
		Confirm: s.confirmChange,
		Done:    s.submitChange,
	}
}

// phoneForm changes a phone number: one's own, or that of somebody in a branch
// one may speak for.
func (s *Screens) phoneForm() *bot.Form {
	return &bot.Form{
		Name: "phone", Intent: bot.ChangePhone,
		Steps: []bot.Step{
			{Name: "person", Ask: "phone.who", Choices: s.personChoices, Read: s.readPerson, Show: showChoice("person", s.personChoices), Pick: true},
			{Name: "phone", Ask: "phone.new", Example: "example.phone", AskContact: true, Read: readPhone, Show: showPhone("phone")},
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

func (s *Screens) showNewPhone(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	if answers["newphone"] == none {
		return s.orNone("newphone")(ctx, turn, answers)
	}
	return phone.Format(answers["newphone"]), nil
}

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

func readDecision(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	text, err := readSentence(input)
	if err == nil && len([]rune(text)) > 60 {
		return "", services.Invalid("decision_long")
	}
	return text, err
}

func (s *Screens) showBranch(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	return view.Branch.Name, err
}

func (s *Screens) showRole(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	title := view.Organization.TitleOf(models.TermRole(answers["role"]))
	for _, post := range view.Posts {
		if id(post.Term.ID) == answers["ends"] && answers["differs"] == "" {
			return s.say("officer.instead", "title", title, "name", post.Person.Name), err
		}
	}
	return title, err
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
// leaves, and whether that is who was said to.
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
		for _, derived := range []string{"ends", "differs", "goes"} {
			delete(answers, derived)
		}
		var holders []roster.Post
		for _, post := range view.Posts {
			if post.Term.Role == role {
				holders = append(holders, post)
			}
		}
		said := answers["who"]
		if meant := postsOf(holders, said); len(meant) == 1 {
			answers["ends"] = id(meant[0].Term.ID)
			return string(role), nil
		}
		places := map[models.TermRole]int{models.Head: 1, models.Deputy: max(1, view.Organization.DeputiesMax)}[role]
		if places > 0 && len(holders) >= places {
			answers["ends"] = id(holders[0].Term.ID)
		}
		if said != "" {
			answers["differs"] = said
		}
		return string(role), nil
	}
	return "", services.Invalid("choice")
}

// holder is who the roster has in the post that ends; false for nobody.
func (s *Screens) holder(ctx context.Context, turn bot.Turn, answers bot.Answers) (roster.BranchView, roster.Post, bool, error) {
	view, err := s.Roster.Branch(ctx, turn.Speaker.Actor, number(answers["branch"]))
	for _, post := range view.Posts {
		if id(post.Term.ID) == answers["ends"] {
			return view, post, true, err
		}
	}
	return view, roster.Post{}, false, err
}

func (s *Screens) goesFields(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	view, post, held, err := s.holder(ctx, turn, answers)
	state := s.say("officer.vacant")
	if held {
		state = s.say("officer.held", "name", post.Person.Name)
	}
	return bot.Fields{"title": view.Organization.TitleOf(models.TermRole(answers["role"])), "state": state, "said": answers["differs"]}, err
}

// Answers to "the roster has somebody else there".
const (
	goesAnyway = "ok"
	goesOther  = "other"
)

func (s *Screens) goesChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	_, post, held, err := s.holder(ctx, turn, answers)
	label := s.say("button.add_one")
	if held {
		label = s.say("officer.replace_button", "name", givenName(post.Person.Name))
	}
	return [][]bot.Button{bot.Row(bot.Button{Label: label, Action: goesAnyway}, bot.Button{Label: s.say("button.other_post"), Action: goesOther})}, err
}

// readGoes opens the question of the post again where another was meant.
func readGoes(_ context.Context, _ bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	switch input.Choice {
	case goesAnyway:
		return goesAnyway, nil
	case goesOther:
		delete(answers, "role")
		delete(answers, "who")
		return goesOther, nil
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
		if input.Choice == id(post.Term.ID) {
			return id(post.Term.ID), nil
		}
	}
	if meant := postsOf(posts, withoutCall(input.Text)); len(meant) == 1 {
		return id(meant[0].Term.ID), nil
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
	if len(people) > 0 && oneself.MatchString(models.Fold(input.Text)) {
		return id(people[0].ID), nil
	}
	var meant []models.Person
	for _, person := range people {
		if input.Choice == id(person.ID) {
			return id(person.ID), nil
		}
		if called(person.Folded, withoutCall(input.Text)) {
			meant = append(meant, person)
		}
	}
	if len(meant) == 1 {
		return id(meant[0].ID), nil
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
	if turn.Speaker.Brief {
		reply.Text = strings.Join(s.diffLines(card), "\n")
	}
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
func (s *Screens) changeByClerk(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Speaker.Actor.IsStaff() {
		return s.find(ctx, turn)
	}
	return bot.Reply{Text: s.say("change.by_clerk"), Buttons: [][]bot.Button{
		bot.Row(s.button("support", "support"), s.button("menu", "menu"))}}, nil
}
