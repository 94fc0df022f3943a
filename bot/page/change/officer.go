package change

import (
	"context"
	"slices"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/roster"
)

// officer asks who takes a post: a new one, or in somebody's place.
type officer struct{ plain }

// officerKinds are the kinds of request by which somebody takes a post.
var officerKinds = []change.Kind{change.Appoint{}, change.Replace{}}

func init() { register(func(p *Page) kind { return officer{plain{p}} }, officerKinds...) }

func (p officer) register(b *kit.Book) {
	b.Screen("change", p.begin, kit.Intent(bot.ChangeOfficer, "change"))
}

// taking is what is said of who takes a post. Ends is the term that ends by it.
type taking struct {
	given
	citing
	Role     models.TermRole
	Name     string
	NewPhone string `answer:",none"`
	Acting   bool
	Ends     int64
}

func (p officer) proposal(answers bot.Answers) change.Proposal {
	said := kit.Typed[taking](answers)
	proposal, newcomer := proposed(said.given), change.Newcomer{Name: said.Name, Phone: said.NewPhone}
	proposal.Role, proposal.Decision = said.Role, said.paper()
	proposal.Kind = change.Appoint{Newcomer: newcomer, Acting: said.Acting}
	if said.Ends != 0 {
		proposal.Kind, proposal.Term = change.Replace{Newcomer: newcomer, Acting: said.Acting}, said.Ends
	}
	return proposal
}

func (p officer) answers(proposal change.Proposal) bot.Answers {
	said := taking{given: given{Branch: proposal.Branch, From: proposal.From}, citing: cited(proposal.Decision),
		Role: proposal.Role}
	comes := change.Newcomer{}
	switch asked := proposal.Kind.(type) {
	case change.Appoint:
		comes, said.Acting = asked.Newcomer, asked.Acting
	case change.Replace:
		comes, said.Acting, said.Ends = asked.Newcomer, asked.Acting, proposal.Term
	}
	said.Name, said.NewPhone = comes.Name, comes.Phone
	return kit.Untyped(said)
}

// begin begins the form by which someone takes a post, with what was
// said of it. A name alone is of who goes, if somebody in the branch is called
// so, else of who comes.
func (p officer) begin(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
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
	if understand.Acting(turn.In.Text) {
		known["acting"] = "yes"
	}
	return turn.BeginSaid(ctx, "officer", known, said)
}

// form appoints or replaces: which post, who comes, since when.
func (p officer) form() *bot.Form {
	return &bot.Form{
		Name: "officer", Intent: bot.ChangeOfficer,
		Mends: map[string]string{
			"date": "from", "date_early": "from", "date_late": "from", "date_before_term": "from",
			"post_taken": "role", "role": "role", "same_person": "name", "already_in_branch": "name", "newcomer_died": "name",
			"name":        "name",
			"phone_taken": "newphone", "newcomer_namesake": "newphone",
			"decision_required": "decision", "decision_long": "decision", "decision_date_required": "decided",
			"decision_date": "decided", "decision_signer_required": "signer",
		},
		Steps: slices.Concat([]bot.Step{
			p.branchStep(officerKinds...),
			{Name: "role", Ask: "officer.role", Fields: p.branchFields, Choices: p.roleChoices, Read: p.readRole,
				Show: p.showRole, Follows: true, Pick: true},
			{Name: "goes", Ask: "officer.goes", Fields: p.goesFields, Choices: p.goesChoices, Read: readGoes, Pick: true,
				Skip: func(_ bot.Turn, answers bot.Answers) bool { return answers["differs"] == "" }},
			{Name: "whom", Ask: "officer.whom", Fields: p.branchFields, Choices: p.whomChoices, Read: p.readWhom,
				Show: kit.ShowChoice("whom", p.whomChoices), Follows: true, Pick: true,
				Skip: func(_ bot.Turn, answers bot.Answers) bool { return answers["several"] == "" }},
			{Name: "name", Ask: "officer.name", Example: "example.name", Read: kit.ReadName, Show: kit.AsKept("name"),
				Free: true},
			{Name: "newphone", Ask: "officer.phone", Example: "example.phone", Choices: p.NoneChoice,
				Read: kit.NoneOr(kit.ReadPhone), Show: p.OrNone("newphone", kit.ShowPhone)},
			{Name: "from", Ask: "officer.from", Example: "example.from", Choices: p.DayChoices, Read: p.ReadDay,
				Show: kit.ShowDayOf("from")},
			{
				Name: "decision", Ask: "officer.decision", Example: "example.decision", Choices: p.NoneChoice,
				Read: kit.NoneOr(readDecision), Show: p.OrNone("decision", kit.AsKept), Free: true,
			},
		}, p.paperSteps(noPaper), []bot.Step{
			p.acting(bot.Step{Ask: "officer.acting", Skip: func(_ bot.Turn, answers bot.Answers) bool {
				return answers["papers"] == "" || answers["decision"] != kit.None
			}}),
		}),
	}
}

func (p officer) showRole(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	view, err := p.branch(ctx, turn, answers)
	title := view.Organization.TitleOf(models.TermRole(answers["role"]))
	for _, post := range view.Posts {
		if kit.ID(post.Term.ID) == answers["ends"] && answers["differs"] == "" {
			return p.Say("officer.instead", "title", title, "name", post.Person.Name), err
		}
	}
	return title, err
}

func (p officer) branchFields(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	view, err := p.branch(ctx, turn, answers)
	if err != nil {
		return nil, err
	}
	return bot.Fields{"branch": view.Branch.Name, "posts": p.BranchBlock(view, kit.Masked)}, nil
}

// roleChoices names the posts of the branch by their titles.
func (p officer) roleChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	view, err := p.branch(ctx, turn, answers)
	if err != nil {
		return nil, err
	}
	var row []bot.Button
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		if title := view.Organization.TitleOf(role); title != "" {
			row = append(row, kit.Choice(title, string(role)))
		}
	}
	return [][]bot.Button{row}, nil
}

// readRole also finds whose post it is, so that the form knows whether someone
// leaves, and whether that is who was said to.
func (p officer) readRole(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	view, err := p.branch(ctx, turn, answers)
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
func (p officer) holder(ctx context.Context, turn bot.Turn, answers bot.Answers) (roster.BranchView, roster.Post, bool,
	error) {
	view, err := p.branch(ctx, turn, answers)
	for _, post := range view.Posts {
		if kit.ID(post.Term.ID) == answers["ends"] {
			return view, post, true, err
		}
	}
	return view, roster.Post{}, false, err
}

func (p officer) goesFields(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Fields, error) {
	view, post, held, err := p.holder(ctx, turn, answers)
	state := p.Say("officer.vacant")
	if held {
		state = p.Say("officer.held", "name", post.Person.Name)
	}
	return bot.Fields{"title": view.Organization.TitleOf(models.TermRole(answers["role"])), "state": state,
		"said": answers["differs"]}, err
}

// Answers to "the roster has somebody else there".
const (
	goesAnyway = "ok"
	goesOther  = "other"
)

func (p officer) goesChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	_, post, held, err := p.holder(ctx, turn, answers)
	label := p.Say("button.add_one")
	if held {
		label = p.Say("officer.replace_button", "name", kit.GivenName(post.Person.Name))
	}
	return [][]bot.Button{bot.Row(kit.Choice(label, goesAnyway),
		kit.Choice(p.Say("button.other_post"), goesOther))}, err
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
func (p officer) whomChoices(ctx context.Context, turn bot.Turn, answers bot.Answers) ([][]bot.Button, error) {
	view, err := p.branch(ctx, turn, answers)
	if err != nil {
		return nil, err
	}
	var rows [][]bot.Button
	for _, post := range view.Posts {
		if string(post.Term.Role) == answers["role"] {
			rows = append(rows, bot.Row(kit.Choice(p.Say("officer.replace_button", "name",
				kit.GivenName(post.Person.Name)), kit.ID(post.Term.ID))))
		}
	}
	if len(rows) < view.Organization.DeputiesMax {
		rows = append(rows, bot.Row(kit.Choice(p.Say("officer.more_button"), oneMore)))
	}
	return rows, nil
}

const oneMore = "more"

func (p officer) readWhom(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	whom, err := kit.ReadChoice(p.whomChoices)(ctx, turn, answers, input)
	if err == nil {
		delete(answers, "ends")
		if whom != oneMore {
			answers["ends"] = whom
		}
		return whom, nil
	}
	if services.CodeOf(err) != "choice" {
		return "", err
	}
	view, err := p.branch(ctx, turn, answers)
	if err != nil {
		return "", err
	}
	for _, post := range postsOf(view.Posts, understand.WithoutCall(input.Text)) {
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
