package page

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"canbobot/bot"
	"canbobot/services"
	"canbobot/services/story"
)

// find looks people up by any part of a name, a phone or a unit.
func (s *Screens) find(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	if said := turn.Meaning.Slots.Name; said != "" {
		return s.found(ctx, turn, said)
	}
	if said := turn.Meaning.Slots.Phone; said != "" {
		return s.found(ctx, turn, said)
	}
	return turn.Begin(ctx, "find", nil)
}

func (s *Screens) findForm() *bot.Form {
	return &bot.Form{
		Name: "find", Fleeting: true,
		Steps: []bot.Step{{Name: "query", Ask: "find.ask", Example: "example.find", Read: readQuery, Free: true}},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			return s.found(ctx, turn, answers["query"])
		},
	}
}

// readQuery takes whom a sentence names, or else all of it.
func readQuery(_ context.Context, turn bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	meaning := turn.Meaning
	switch {
	case meaning.Intent != bot.WardFind:
	case meaning.Slots.Name != "":
		return meaning.Slots.Name, nil
	case meaning.Slots.Phone == "" && meaning.Slots.Village == "" && meaning.Confidence >= 0.8: // "tìm cán bộ"
		return "", services.Invalid("query")
	}
	return readSentence(input)
}

func (s *Screens) found(ctx context.Context, turn bot.Turn, query string) (bot.Reply, error) {
	people, err := s.Roster.Find(ctx, turn.Speaker.Actor, query, listed+1)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(people) == 0 {
		return bot.Reply{Text: s.say("find.nothing", "query", query), Buttons: [][]bot.Button{bot.Row(s.button("find_again", "find"), s.button("menu", "menu"))}}, nil
	}
	reply := bot.Reply{Title: s.say("find.title", "query", query), Protect: true}
	for i, found := range people {
		if i == listed {
			reply.Text += s.say("find.more") + "\n"
			break
		}
		where := s.say("profile.no_post")
		if len(found.Posts) > 0 {
			where = found.Posts[0].Term.Title + ", " + found.Posts[0].Branch.Name
		}
		line := s.say("find.line", "name", found.Person.Name, "where", where)
		if found.Formerly != "" {
			line = s.say("find.line_formerly", "name", found.Person.Name, "where", where, "formerly", found.Formerly)
		}
		reply.Text += line + "\n"
		reply.Buttons = append(reply.Buttons, bot.Row(bot.Button{Label: found.Person.Name, Action: bot.Act("person", id(found.Person.ID))}))
	}
	reply.Text = strings.TrimSpace(reply.Text)
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("find_again", "find"), s.button("menu", "menu")))
	return reply, nil
}

// person shows one person to staff, with what can be done for them.
func (s *Screens) person(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if err := staffOnly(turn); err != nil {
		return bot.Reply{}, err
	}
	actor, personID := turn.Speaker.Actor, number(turn.Arg(0))
	person, err := s.Roster.Person(ctx, actor, personID)
	if err != nil {
		return bot.Reply{}, err
	}
	posts, err := s.Roster.Posts(ctx, actor, personID, s.today())
	if err != nil {
		return bot.Reply{}, err
	}
	month, err := s.List.MonthOf(ctx, actor, personID, s.today().MonthOf())
	if err != nil {
		return bot.Reply{}, err
	}
	accounts, err := s.Identity.AccountsOf(ctx, personID, 0)
	if err != nil {
		return bot.Reply{}, err
	}
	career, err := s.Roster.Career(ctx, actor, personID)
	if err != nil {
		return bot.Reply{}, err
	}
	alike, alikeRows, err := s.alikeOf(ctx, turn, person)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := append([]string{s.personLines(person, posts), s.reachLines(accounts)}, s.formerLines(career)...)
	text := strings.Join(append(lines, alike...), "\n")
	reply := bot.Reply{Title: person.Name, Text: text + "\n\n" + s.stageLine(month), Buttons: alikeRows, Protect: true}
	for _, post := range posts {
		reply.Buttons = append(reply.Buttons, bot.Row(
			bot.Button{Label: post.Branch.Name, Action: bot.Act("branch", id(post.Branch.ID))}, s.button("fix", "fix", id(post.Term.ID))))
	}
	reply.Buttons = append(reply.Buttons,
		bot.Row(s.button("phone", "phone", id(personID)), s.button("bank", "bank", id(personID))),
		bot.Row(s.button("details", "details", id(personID))))
	reply.Buttons = append(reply.Buttons,
		bot.Row(s.button("invite", "invite", id(personID)), s.button("unlink_person", "unlinkperson", id(personID))))
	backwards := bot.Row(s.button("past", "past", "person", id(personID)))
	for _, row := range s.storyRow(actor, story.Person, personID) {
		backwards = append(backwards, row...)
	}
	reply.Buttons = append(reply.Buttons, backwards)
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("find_again", "find"), s.button("menu", "menu")))
	return reply, nil
}

// invite begins with whom.
func (s *Screens) invite(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	return s.find(ctx, turn)
}

// invitePerson issues a one-time code, as text and as a picture to scan.
func (s *Screens) invitePerson(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, personID := turn.Speaker.Actor, number(turn.Arg(0))
	person, err := s.Roster.Person(ctx, actor, personID)
	if err != nil {
		return bot.Reply{}, err
	}
	code, invite, err := s.Identity.Invite(ctx, actor, personID)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := []string{s.say("invite.text", "name", person.Name, "code", code, "until", invite.ExpiresAt)}
	reply := bot.Reply{Title: s.say("invite.title"), Protect: true}
	for _, link := range s.Links() {
		address := strings.ReplaceAll(link.Pattern, "%s", code)
		lines = append(lines, s.say("invite.link", "channel", s.say("channel."+link.Channel), "address", address))
		picture, err := squareCode(address)
		if err != nil {
			return bot.Reply{}, services.Unavailable("picture").Because(err)
		}
		reply.Files = append(reply.Files, bot.File{Name: "ma-moi-" + link.Channel + ".png", MIME: "image/png", Content: picture})
	}
	reply.Text = strings.Join(lines, "\n")
	reply.Buttons = [][]bot.Button{s.menuRow()}
	return reply, nil
}

// squareCode draws text as a square that phones read, with the white around it
// that they need to find it.
func squareCode(text string) ([]byte, error) {
	const side, white = 512, 48
	square, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	if square, err = barcode.Scale(square, side-2*white, side-2*white); err != nil {
		return nil, err
	}
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	draw.Draw(picture, square.Bounds().Add(image.Pt(white, white)), square, image.Point{}, draw.Src)
	var out bytes.Buffer
	err = png.Encode(&out, picture)
	return out.Bytes(), err
}

// unlinkPerson cuts every channel of a person: a lost phone.
func (s *Screens) unlinkPerson(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	personID := number(turn.Arg(0))
	if turn.Arg(1) != "yes" {
		return bot.Reply{Text: s.say("unlink.person_ask"), Buttons: [][]bot.Button{
			bot.Row(negative(s.button("unlink_yes", "unlinkperson", id(personID), "yes")), s.button("menu", "menu"))}}, nil
	}
	if err := s.Identity.UnlinkPerson(ctx, turn.Speaker.Actor, personID); err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Text: s.say("unlink.person_done"), Buttons: [][]bot.Button{bot.Row(s.button("invite", "invite", id(personID)), s.button("menu", "menu"))}}, nil
}
