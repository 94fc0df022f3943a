package page

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"canbobot/bot"
	"canbobot/bot/understand"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/notice"
)

// What a notice may ask of its readers.
const (
	wantsNothing = "no"
	wantsRead    = "yes"
	wantsAnswer  = "come"
)

func (s *Screens) broadcast(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if turn.Speaker.Actor.Role == services.Viewer { // before they have written it all
		return bot.Reply{}, services.Denied("role")
	}
	return turn.Begin(ctx, "notice", nil)
}

// broadcastForm writes a notice and keeps it as a draft, whose card sends it.
func (s *Screens) broadcastForm() *bot.Form {
	return &bot.Form{
		Name: "notice", Intent: bot.WardBroadcast, Attach: s.attachToNotice,
		Steps: []bot.Step{
			s.noticeTextStep(), s.audienceStep(),
			{Name: "confirm", Ask: "notice.confirm_ask", Read: oneOf(wantsRead, wantsAnswer, wantsNothing), Choices: s.confirmations, Show: showChoice("confirm", s.confirmations), Pick: true},
			{
				Name: "by", Ask: "notice.by_ask", Example: "example.deadline",
				Skip: func(_ bot.Turn, answers bot.Answers) bool { return answers["confirm"] == wantsNothing },
				Choices: func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
					return [][]bot.Button{bot.Row(bot.Button{Label: s.say("notice.no_deadline_button"), Action: bot.Choice(none)})}, nil
				},
				Read: s.readDeadline,
				Show: func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
					if by := momentOf(answers["by"]); by != nil {
						return s.say("notice.moment", "at", *by), nil
					}
					return s.say("notice.no_deadline"), nil
				},
			},
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return bot.Reply{}, err
			}
			notice, err := s.Notices.Draft(ctx, turn.Speaker.Actor, notice.Compose{
				Text: answers["text"], NeedsConfirm: answers["confirm"] != wantsNothing, Attendance: answers["confirm"] == wantsAnswer,
				ConfirmBy: momentOf(answers["by"]), Audience: audience, File: number(answers["file"]),
			})
			if err != nil {
				return bot.Reply{}, err
			}
			return s.noticeCard(ctx, turn.Speaker.Actor, notice.ID)
		},
	}
}

func (s *Screens) noticeTextStep() bot.Step {
	return bot.Step{Name: "text", Ask: "notice.ask", Example: "example.notice", Show: asKept("text"), Free: true, Read: readNotice}
}

// readNotice takes a notice's text. One that was cut off by its length never
// comes here: the dispatcher asks for a shorter one.
func readNotice(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	return notice.Wording(input.Text)
}

// attachToNotice keeps the one picture or PDF of a notice that is being written.
func (s *Screens) attachToNotice(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
	file := turn.In.Attachment
	if file.Size > notice.MaxFile {
		return "", services.Invalid("file_large").With("max", notice.MaxFile>>20)
	}
	content, err := turn.Fetch(ctx, notice.MaxFile)
	if err != nil {
		return "", err
	}
	kept, err := s.Notices.KeepFile(ctx, turn.Speaker.Actor, content, file.Name)
	if err != nil {
		return "", err
	}
	key := "notice.file_kept"
	if before := answers["file"]; before != "" && before != id(kept) {
		key = "notice.file_replaced"
	}
	answers["file"] = id(kept)
	return s.say(key), nil
}

// audienceStep asks whom a notice is for: in their own words, or by a button.
func (s *Screens) audienceStep() bot.Step {
	return bot.Step{
		Name: "audience", Ask: "notice.audience", Example: "example.audience", Read: s.readAudience, Choices: s.audiences, Pick: true,
		Show: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
			audience, err := audienceKept(answers)
			if err != nil {
				return "", err
			}
			return s.audienceWords(ctx, turn.Speaker.Actor, audience)
		},
	}
}

func (s *Screens) audiences(ctx context.Context, turn bot.Turn, _ bot.Answers) ([][]bot.Button, error) {
	directory, err := s.Notices.Directory(ctx, turn.Speaker.Actor)
	if err != nil {
		return nil, err
	}
	rows := [][]bot.Button{bot.Row(
		bot.Button{Label: s.say("notice.all"), Action: bot.Choice("all")},
		bot.Button{Label: s.say("notice.heads"), Action: bot.Choice(string(models.Head))},
		bot.Button{Label: s.say("notice.deputies"), Action: bot.Choice(string(models.Deputy))})}
	var row []bot.Button
	for _, organization := range directory.Organizations {
		if row = append(row, bot.Button{Label: organization.BranchName, Action: bot.Choice("org." + organization.Code)}); len(row) == 2 {
			rows, row = append(rows, row), nil
		}
	}
	if row != nil {
		rows = append(rows, row)
	}
	return rows, nil
}

// readAudience understands whom a notice is for. A word of which nothing is made
// is asked about: without it, others might be meant.
func (s *Screens) readAudience(ctx context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	audience := notice.Audience{}
	organization, byOrganization := strings.CutPrefix(input.Choice, "org.")
	switch {
	case input.Choice == "all":
	case byOrganization:
		audience.Organizations = []string{organization}
	case input.Choice != "":
		audience.Roles = []models.TermRole{models.TermRole(input.Choice)}
	default:
		var err error
		if audience, err = s.audienceSaid(ctx, turn, input.Text); err != nil {
			return "", err
		}
	}
	people, err := s.Notices.Count(ctx, turn.Speaker.Actor, audience)
	if err != nil {
		return "", err
	}
	if people == 0 {
		return "", services.Invalid("audience_empty")
	}
	kept, err := json.Marshal(audience)
	return string(kept), err
}

func (s *Screens) audienceSaid(ctx context.Context, turn bot.Turn, text string) (notice.Audience, error) {
	directory, err := s.Notices.Directory(ctx, turn.Speaker.Actor)
	if err != nil {
		return notice.Audience{}, err
	}
	names := make([]string, len(directory.Villages))
	for i, village := range directory.Villages {
		names[i] = village.Name
	}
	said := understand.ReadAudience(text, directory.Ward.Name, names)
	audience := notice.Audience{Organizations: said.Organizations, Unconfirmed: said.Unconfirmed}
	for _, role := range said.Roles {
		audience.Roles = append(audience.Roles, models.TermRole(role))
	}
	for _, i := range said.Villages {
		audience.Villages = append(audience.Villages, directory.Villages[i].ID)
	}
	narrowed := len(audience.Roles)+len(audience.Organizations)+len(audience.Villages) > 0 || audience.Unconfirmed != 0
	if len(said.Rest) > 0 {
		if narrowed || said.Everyone {
			return notice.Audience{}, services.Invalid("audience_words").With("words", strings.Join(said.Rest, ", "))
		}
		for _, name := range said.Rest {
			found, err := s.Roster.Find(ctx, turn.Speaker.Actor, name, 2)
			switch {
			case err != nil && services.KindOf(err) == services.KindInternal:
				return notice.Audience{}, err
			case err != nil || len(found) == 0 || !strings.Contains(found[0].Person.Folded, models.Fold(name)):
				return notice.Audience{}, services.Invalid("audience_words").With("words", name)
			case len(found) > 1:
				return notice.Audience{}, services.Invalid("audience_several").With("name", name)
			}
			audience.People = append(audience.People, found[0].Person.ID)
		}
		return audience, nil
	}
	if !narrowed && !said.Everyone {
		return notice.Audience{}, services.Invalid("audience_unclear")
	}
	return audience, nil
}

func audienceKept(answers bot.Answers) (audience notice.Audience, err error) {
	if err := json.Unmarshal([]byte(answers["audience"]), &audience); err != nil {
		return audience, services.Invalid("audience").Because(err)
	}
	return audience, nil
}

// namedVillages is how many villages an audience is told by name.
const namedVillages = 6

// audienceWords says whom an audience means, as staff check it.
func (s *Screens) audienceWords(ctx context.Context, actor services.Actor, audience notice.Audience) (string, error) {
	directory, err := s.Notices.Directory(ctx, actor)
	if err != nil {
		return "", err
	}
	var parts []string
	var roles []string
	for _, role := range audience.Roles {
		roles = append(roles, s.say("term_role."+string(role)))
	}
	switch {
	case len(roles) > 0:
		parts = append(parts, strings.Join(roles, ", "))
	case len(audience.People) > 0:
		parts = append(parts, s.say("notice.named", "people", len(audience.People)))
	case audience.Unconfirmed != 0:
		parts = append(parts, s.say("notice.unconfirmed", "number", audience.Unconfirmed))
	case audience.Recipients != 0:
		parts = append(parts, s.say("notice.recipients", "number", audience.Recipients))
	default:
		parts = append(parts, s.say("notice.everyone"))
	}
	if audience.Unconfirmed != 0 && len(roles) > 0 {
		parts = append(parts, s.say("notice.unconfirmed", "number", audience.Unconfirmed))
	}
	var organizations, villages []string
	for _, code := range audience.Organizations {
		for _, organization := range directory.Organizations {
			if organization.Code == code {
				organizations = append(organizations, organization.BranchName)
			}
		}
	}
	for _, one := range audience.Villages {
		for _, village := range directory.Villages {
			if village.ID == one {
				villages = append(villages, village.Name)
			}
		}
	}
	if len(organizations) > 0 {
		parts = append(parts, strings.Join(organizations, ", "))
	}
	switch {
	case len(villages) > namedVillages:
		parts = append(parts, s.say("notice.villages", "count", len(villages)))
	case len(villages) > 0:
		parts = append(parts, strings.Join(villages, ", "))
	case len(audience.People) == 0 && audience.Unconfirmed == 0 && audience.Recipients == 0:
		parts = append(parts, s.say("notice.whole_ward", "ward", directory.Ward.Kind+" "+directory.Ward.Name))
	}
	return strings.Join(parts, "; "), nil
}

func (s *Screens) confirmations(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	return [][]bot.Button{
		bot.Row(bot.Button{Label: s.say("notice.needs"), Action: bot.Choice(wantsRead)}, bot.Button{Label: s.say("notice.needs_answer"), Action: bot.Choice(wantsAnswer)}),
		bot.Row(bot.Button{Label: s.say("notice.needs_not"), Action: bot.Choice(wantsNothing)})}, nil
}

// closing is when a day ends on which something is due and no hour was said.
const closing = 17

func (s *Screens) readDeadline(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	if input.Choice == none {
		return none, nil
	}
	at, ok := understand.ReadMoment(input.Text, s.Clock.Local(), closing)
	if !ok {
		return "", services.Invalid("moment")
	}
	if !at.After(s.Clock()) {
		return "", services.Invalid("notice_date")
	}
	return at.Format(time.RFC3339), nil
}

// momentOf reads a moment that a form kept; nil for none.
func momentOf(kept string) *time.Time {
	at, err := time.Parse(time.RFC3339, kept)
	if err != nil {
		return nil
	}
	return &at
}
