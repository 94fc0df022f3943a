package page

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"unicode"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/phrases"
)

// offeredMost is how many screens a doubt offers.
const offeredMost = 3

// misheard asks what was meant where something was likely, says so where
// nothing was, and the second time in a row offers the clerk.
func (s *Screens) misheard(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	candidates := slices.DeleteFunc(slices.Clone(turn.Meaning.Others), func(intent bot.Intent) bool {
		return intent == bot.Unlink // not to be suggested to whoever said something else
	})
	if turn.Meaning.Intent != bot.Unknown {
		candidates = append([]bot.Intent{turn.Meaning.Intent}, candidates...)
	}
	s.count(ctx, turn, candidates)
	again := number(turn.Arg(0)) >= 2
	var offered []bot.Button
	offer := func(most int, intents ...bot.Intent) {
		for _, intent := range intents {
			button, ok := s.choice(turn, intent)
			if ok && len(offered) < most && !slices.Contains(offered, button) && !button.Action.Is("menu") && !button.Action.Is("help") {
				offered = append(offered, button)
			}
		}
	}
	if again {
		offer(1, bot.Support)
	}
	offer(offeredMost, candidates...)
	key := "misheard.doubt"
	switch {
	case again:
		key = "misheard.again"
	case len(candidates) == 0 || len(offered) == 0:
		key = "misheard.first"
	}
	if again && turn.Speaker.Actor.IsStaff() {
		key = "misheard.first"
	}
	if len(offered) == 0 || again && len(offered) == 1 {
		offer(offeredMost, likeliest(turn)...)
	}
	reply := bot.Reply{Text: s.say(key)}
	if key == "misheard.doubt" && len(offered) == 1 {
		reply.Text = s.say("misheard.one", "label", offered[0].Label)
	}
	if err := s.resumeRow(ctx, turn, &reply); err != nil {
		return bot.Reply{}, err
	}
	for _, button := range offered {
		reply.Buttons = append(reply.Buttons, bot.Row(button))
	}
	reply.Buttons = append(reply.Buttons, bot.Row(s.button("help", "help"), s.button("menu", "menu")))
	return reply, nil
}

// likeliest are what people mostly want.
func likeliest(turn bot.Turn) []bot.Intent {
	switch {
	case turn.Speaker.Actor.IsStaff():
		return []bot.Intent{bot.WardPending, bot.WardFind}
	case turn.Speaker.Former:
		return []bot.Intent{bot.Allowance, bot.AllowanceHistory}
	}
	return []bot.Intent{bot.Allowance, bot.ChangeOfficer}
}

// count counts what was not understood. That must not cost the answer.
func (s *Screens) count(ctx context.Context, turn bot.Turn, candidates []bot.Intent) {
	unclear := phrases.Unclear{Intent: string(bot.Unknown), Text: turn.In.Text}
	if len(candidates) > 0 {
		unclear.Intent = string(candidates[0])
	}
	for _, name := range []string{turn.Meaning.Slots.Name, turn.Meaning.Slots.Other} {
		if name != "" {
			unclear.Names = append(unclear.Names, name)
		}
	}
	if err := s.Phrases.Count(ctx, turn.Speaker.Actor, unclear); err != nil {
		slog.WarnContext(ctx, "phrase not counted", "account", turn.Speaker.Actor.Account, "error", err)
	}
}

// resumeRow offers to go on with a half-filled form.
func (s *Screens) resumeRow(ctx context.Context, turn bot.Turn, reply *bot.Reply) error {
	_, unfinished, err := turn.Draft(ctx)
	if unfinished {
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("resume", bot.Resume())))
	}
	return err
}

// both offers the two things that one message asked for, one after the other.
func (s *Screens) both(_ context.Context, turn bot.Turn) (bot.Reply, error) {
	first, _ := s.choice(turn, turn.Meaning.Intent)
	second, _ := s.choice(turn, turn.Meaning.Also)
	return bot.Reply{Text: s.say("misheard.both"), Buttons: [][]bot.Button{bot.Row(first), bot.Row(second), s.menuRow()}}, nil
}

// aside answers what asks for nothing. To staff and to whoever has a notice to
// confirm it says that such words decide nothing.
func (s *Screens) aside(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.Arg(0) == bot.Emoji {
		return bot.Reply{Text: s.say("attached.emoji"), Buttons: [][]bot.Button{bot.Row(s.button("help", "help"), s.button("menu", "menu"))}}, nil
	}
	reply := bot.Reply{Text: s.say("aside.courtesy")}
	if err := s.resumeRow(ctx, turn, &reply); err != nil {
		return bot.Reply{}, err
	}
	if turn.Speaker.Actor.IsStaff() {
		reply.Text += "\n" + s.say("aside.staff")
		reply.Buttons = append(reply.Buttons, bot.Row(s.button("pending", "pending"), s.button("menu", "menu")))
		return reply, nil
	}
	views, err := s.Notices.For(ctx, turn.Speaker.Actor, listed)
	if err != nil {
		return bot.Reply{}, err
	}
	for _, view := range views {
		if view.Notice.NeedsConfirm && view.State != models.DeliveryConfirmed {
			reply.Text += "\n" + s.say("aside.notice")
			reply.Buttons = append(reply.Buttons, bot.Row(s.button("notices", "notices")))
			break
		}
	}
	reply.Buttons = append(reply.Buttons, s.menuRow())
	return reply, nil
}

// courteous are the words, folded, that thank, agree or say goodbye. A text of
// nothing else asks for nothing.
var courteous = strings.Fields(`cam on camon thank thanks tks thanhs ok oke okie okay oki okla okela vang da u uh um uk uhm e c duoc roi tot qua lam nhieu
	em anh chi bac co chu oi nhe nha a ah nghe ha hi hihi haha the la xong biet ro hieu da minh toi ban ad dung tam biet bye chuc ngay vui ve hay day do vay rua ri hen hi`)

// heads are those of courteous without which the others say nothing.
var heads = strings.Fields(`cam camon thank thanks tks ok oke okie okay oki okla okela vang da u uh um uk uhm duoc tot xong ro hieu bye biet dung hihi haha roi`)

// smiling are pictures that say thanks or yes.
const smiling = "👍👌🙏❤♥😊🥰😍🙂😄😁😀💯✅🌹🌸💐🤝👏😘☺"

// asideOf tells thanks and pictures from what may be a request or an answer.
func asideOf(text string) string {
	if words, pictures := split(text); len(words) > 0 {
		said := false
		for _, word := range words {
			if !slices.Contains(courteous, word) {
				return ""
			}
			said = said || slices.Contains(heads, word)
		}
		if said && len(words) <= 12 {
			return bot.Courtesy
		}
	} else if pictures != "" {
		if strings.ContainsAny(pictures, smiling) {
			return bot.Courtesy
		}
		return bot.Emoji
	}
	return ""
}

// split parts a text into folded words and pictures; other signs are dropped.
func split(text string) (words []string, pictures string) {
	var rest strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r) && r < 0xFE00:
			rest.WriteRune(r)
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r) && r > 0xFF:
			pictures += string(r)
			rest.WriteByte(' ')
		default:
			rest.WriteByte(' ')
		}
	}
	return strings.Fields(models.Fold(rest.String())), pictures
}

// attached answers kindly about what nobody asked for: each kind says what to
// send instead.
func (s *Screens) attached(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	if turn.In.Attachment == nil {
		if turn.Speaker.Actor.IsStaff() {
			return bot.Reply{Text: s.say("attached.contact_staff"), Buttons: [][]bot.Button{bot.Row(s.button("find", "find"), s.button("menu", "menu"))}}, nil
		}
		return bot.Reply{Text: s.say("attached.contact"), Buttons: [][]bot.Button{bot.Row(s.button("phone", "phone"), s.button("menu", "menu"))}}, nil
	}
	if isSheet(turn) {
		return s.receiveSheet(ctx, turn)
	}
	kind := turn.In.Attachment.Kind
	if kind == bot.Photo || kind == bot.Document {
		if reply, taken, err := s.paperFor(ctx, turn); taken || err != nil {
			return reply, err
		}
	}
	if !s.Texts.Has("attached." + string(kind)) {
		kind = bot.Other
	}
	return bot.Reply{Text: s.say("attached." + string(kind)), Buttons: [][]bot.Button{s.menuRow()}}, nil
}
