package change

import (
	"context"
	"regexp"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// officerKinds are the kinds of request by which somebody takes a post.
var officerKinds = []change.Kind{change.Appoint{}, change.Replace{}}

// changeOfficer begins the form by which someone takes a post, with what was
// said of it. A name alone is of who goes, if somebody in the branch is called
// so, else of who comes.
func (p *Page) changeOfficer(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	known, branch, err := p.knownBranch(ctx, turn, officerKinds...)
	if err != nil {
		return bot.Reply{}, err
	}
	if known == nil {
		return turn.Open(ctx, "find")
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
	if day, _, ok := p.DaySaid(sentence); ok {
		said["from"] = bot.Input{Choice: day.String()}
	}
	required, err := p.Changes.DecisionRequired(ctx, turn.Speaker.Actor)
	if err != nil {
		return bot.Reply{}, err
	}
	if required {
		known["papers"] = "1"
	}
	if actingWords.MatchString(models.Fold(turn.In.Text)) {
		known["acting"] = "yes"
	}
	return turn.BeginSaid(ctx, "officer", known, said)
}

// officerForm appoints or replaces: which post, who comes, since when.
func (p *Page) officerForm() *bot.Form {
	return &bot.Form{
		Name: "officer", Intent: bot.ChangeOfficer, Attach: p.attachToForm,
		Mends: map[string]string{
			"date": "from", "date_early": "from", "date_late": "from", "date_before_term": "from",
			"post_taken": "role", "role": "role", "same_person": "name", "already_in_branch": "name", "newcomer_died": "name", "name": "name",
			"phone_taken": "newphone", "newcomer_namesake": "newphone",
			"decision_required": "decision", "decision_long": "decision", "decision_date_required": "decided", "decision_date": "decided", "decision_signer_required": "signer",
		},
		Steps: []bot.Step{
			p.branchStep(officerKinds...),
			{Name: "role", Ask: "officer.role", Fields: p.branchFields, Choices: p.roleChoices, Read: p.readRole, Show: p.showRole, Follows: true, Pick: true},
			{Name: "goes", Ask: "officer.goes", Fields: p.goesFields, Choices: p.goesChoices, Read: readGoes, Pick: true,
				Skip: func(_ bot.Turn, answers bot.Answers) bool { return answers["differs"] == "" }},
			{Name: "whom", Ask: "officer.whom", Fields: p.branchFields, Choices: p.whomChoices, Read: p.readWhom, Show: kit.ShowChoice("whom", p.whomChoices), Follows: true, Pick: true,
				Skip: func(_ bot.Turn, answers bot.Answers) bool { return answers["several"] == "" }},
			{Name: "name", Ask: "officer.name", Example: "example.name", Read: kit.ReadName, Show: kit.AsKept("name"), Free: true},
			{Name: "newphone", Ask: "officer.phone", Example: "example.phone", Choices: p.NoneChoice, Read: kit.NoneOr(kit.ReadPhone), Show: p.showNewPhone},
			{Name: "from", Ask: "officer.from", Example: "example.from", Choices: p.DayChoices, Read: p.ReadDay, Show: kit.ShowDay},
			{Name: "decision", Ask: "officer.decision", Example: "example.decision", Choices: p.NoneChoice, Read: kit.NoneOr(readDecision), Show: p.OrNone("decision"), Free: true},
			{Name: "decided", Ask: "officer.decided", Example: "example.from", Choices: p.NoneChoice, Read: kit.NoneOr(p.ReadDay), Show: p.showDecided, Skip: noPaper},
			{Name: "signer", Ask: "officer.signer", Example: "example.signer", Choices: p.NoneChoice, Read: kit.NoneOr(readSigner), Show: p.OrNone("signer"), Skip: noPaper, Free: true},
			{Name: "acting", Ask: "officer.acting", Choices: p.actingChoices, Read: kit.OneOf("no", "yes"), Show: kit.ShowChoice("acting", p.actingChoices), Pick: true,
				Skip: func(_ bot.Turn, answers bot.Answers) bool {
					return answers["papers"] == "" || answers["decision"] != kit.None
				}},
		},
		Confirm: p.confirmChange,
		Done:    p.submitChange,
	}
}

func (p *Page) showNewPhone(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	if answers["newphone"] == kit.None {
		return p.OrNone("newphone")(ctx, turn, answers)
	}
	return vn.FormatPhone(answers["newphone"]), nil
}

func readDecision(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	text, err := kit.ReadSentence(input)
	if err == nil && len([]rune(text)) > 60 {
		return "", services.Invalid("decision_long")
	}
	return text, err
}

func (p *Page) showRole(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	title := view.Organization.TitleOf(models.TermRole(answers["role"]))
	for _, post := range view.Posts {
		if kit.ID(post.Term.ID) == answers["ends"] && answers["differs"] == "" {
			return p.Say("officer.instead", "title", title, "name", post.Person.Name), err
		}
	}
	return title, err
}

func (p *Page) branchFields(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	if err != nil {
		return nil, err
	}
	return bot.Fields{"branch": view.Branch.Name, "posts": p.BranchBlock(view)}, nil
}

// roleChoices names the posts of the branch by their titles.
func (p *Page) roleChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	if err != nil {
		return nil, err
	}
	var row []bot.Button
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		if title := view.Organization.TitleOf(role); title != "" {
			row = append(row, bot.Button{Label: title, Action: bot.Choice(string(role))})
		}
	}
	return [][]bot.Button{row}, nil
}

// readRole also finds whose post it is, so that the form knows whether someone
// leaves, and whether that is who was said to.
func (p *Page) readRole(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	if err != nil {
		return "", err
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		title := view.Organization.TitleOf(role)
		if title == "" || (input.Choice != string(role) && models.Fold(input.Text) != models.Fold(title)) {
			continue
		}
		for _, derived := range []string{"ends", "differs", "goes", "several", "whom"} {
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
			answers["ends"] = kit.ID(meant[0].Term.ID)
			return string(role), nil
		}
		places := map[models.TermRole]int{models.Head: 1, models.Deputy: max(1, view.Organization.DeputiesMax)}[role]
		switch {
		case places > 1 && len(holders) > 0 && said == "":
			answers["several"] = "1" // one of them goes, or one more comes
		case places > 0 && len(holders) >= places:
			answers["ends"] = kit.ID(holders[0].Term.ID)
		}
		if said != "" {
			answers["differs"] = said
		}
		return string(role), nil
	}
	return "", services.Invalid("choice")
}

// holder is who the roster has in the post that ends; false for nobody.
func (p *Page) holder(ctx context.Context, turn bot.Turn, answers bot.Answers) (roster.BranchView, roster.Post, bool, error) {
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	for _, post := range view.Posts {
		if kit.ID(post.Term.ID) == answers["ends"] {
			return view, post, true, err
		}
	}
	return view, roster.Post{}, false, err
}

func (p *Page) goesFields(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	view, post, held, err := p.holder(ctx, turn, answers)
	state := p.Say("officer.vacant")
	if held {
		state = p.Say("officer.held", "name", post.Person.Name)
	}
	return bot.Fields{"title": view.Organization.TitleOf(models.TermRole(answers["role"])), "state": state, "said": answers["differs"]}, err
}

// Answers to "the roster has somebody else there".
const (
	goesAnyway = "ok"
	goesOther  = "other"
)

func (p *Page) goesChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	_, post, held, err := p.holder(ctx, turn, answers)
	label := p.Say("button.add_one")
	if held {
		label = p.Say("officer.replace_button", "name", kit.GivenName(post.Person.Name))
	}
	return [][]bot.Button{bot.Row(bot.Button{Label: label, Action: bot.Choice(goesAnyway)}, bot.Button{Label: p.Say("button.other_post"), Action: bot.Choice(goesOther)})}, err
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

// whomChoices are who holds the post among several, and one more where there is
// room.
func (p *Page) whomChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for _, post := range view.Posts {
		if string(post.Term.Role) == answers["role"] {
			rows = append(rows, bot.Row(bot.Button{Label: p.Say("officer.replace_button", "name", kit.GivenName(post.Person.Name)), Action: bot.Choice(kit.ID(post.Term.ID))}))
		}
	}
	if len(rows) < view.Organization.DeputiesMax {
		rows = append(rows, bot.Row(bot.Button{Label: p.Say("officer.more_button"), Action: bot.Choice(oneMore)}))
	}
	return rows, nil
}

const oneMore = "more"

func (p *Page) readWhom(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	rows, err := p.whomChoices(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if input.Choice != row[0].Action.Value() {
			continue
		}
		delete(answers, "ends")
		if input.Choice != oneMore {
			answers["ends"] = input.Choice
		}
		return input.Choice, nil
	}
	view, err := p.Roster.Branch(ctx, turn.Speaker.Actor, kit.Number(answers["branch"]))
	if err != nil {
		return "", err
	}
	for _, post := range postsOf(view.Posts, kit.WithoutCall(input.Text)) {
		if string(post.Term.Role) == answers["role"] {
			answers["ends"] = kit.ID(post.Term.ID)
			return kit.ID(post.Term.ID), nil
		}
	}
	return "", services.Invalid("choice")
}

// noPaper leaves out what is asked of a decision where there is none, or where
// the ward is content with its number.
func noPaper(_ bot.Turn, answers bot.Answers) bool {
	return answers["papers"] == "" || answers["decision"] == kit.None
}

// actingWords say, folded, that somebody holds a post for the time being.
var actingWords = regexp.MustCompile(`\b(tam (quyen|phu trach|thay)|phu trach|quyen (chi hoi|truong|bi thu))\b`)

// readSigner reads who signed a decision, with or without what they are.
func readSigner(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	text, err := kit.ReadSentence(input)
	if err == nil && len([]rune(text)) > 80 {
		return "", services.Invalid("decision_long")
	}
	return text, err
}

func (p *Page) showDecided(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	if answers["decided"] == kit.None {
		return p.OrNone("decided")(ctx, turn, answers)
	}
	return kit.ShowDayOf("decided")(ctx, turn, answers)
}

// paperOf is the decision that a form's answers cite; keepPaper the reverse.
func paperOf(answers bot.Answers) roster.Decision {
	if kit.Kept(answers["decision"]) == "" {
		return roster.Decision{}
	}
	return roster.Decision{Number: answers["decision"], Date: kit.DayOf(kit.Kept(answers["decided"])), Signer: kit.Kept(answers["signer"])}
}

func keepPaper(answers bot.Answers, paper roster.Decision) {
	answers["decision"], answers["decided"], answers["signer"] = paper.Number, paper.Date.String(), paper.Signer
	for _, step := range []string{"decision", "decided", "signer"} {
		if answers[step] == "" {
			answers[step] = kit.None
		}
	}
}
