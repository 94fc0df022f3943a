package kit

import (
	"context"
	"fmt"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
)

// Book is what the pages register themselves in: the dispatcher's book, and
// beside it what people are told unasked. Registering the same thing twice
// panics: it is a mistake in the program.
type Book struct {
	*bot.Book
	words    bot.Speech
	ways     map[bot.Intent]way
	takers   []Taker
	messages map[outbox.Kind]Draw
	many     map[outbox.Kind]Many
	cards    map[string]Draw
	once     map[string]Once
}

// Draw draws what a reader is told of a subject, or its card, as they may see it
// at the moment. A zero reply means that there is nothing to tell any more.
type Draw = func(ctx context.Context, reader services.Actor, subject int64) (bot.Reply, error)

// Many makes ready to draw one subject for all its readers, so that it is read
// once for all of them.
type Many = func(ctx context.Context, ward, subject int64,
	readers []services.Actor) (one func(services.Actor) (bot.Reply, error), err error)

// Once reports whether a message about a subject, of which nothing was heard, is
// better not read at all than read twice.
type Once = func(ctx context.Context, ward, subject int64) (bool, error)

// Taker takes a file that nobody asked for, where it is one of its matter's.
type Taker = func(ctx context.Context, turn bot.Turn) (reply bot.Reply, taken bool, err error)

// way is the choice by which a menu, and a text that was not understood, lead
// to an intent's screen.
type way struct {
	label, verb string
	own         bool // about one's own money, branch or papers: staff have no such screen
	args        func(bot.Turn) []string
}

// NewBook is an empty book, to be filled by the pages' registrations.
func NewBook(words bot.Speech) *Book {
	return &Book{
		Book: &bot.Book{
			Intents: map[bot.Intent]bot.Screen{}, Actions: map[string]bot.Verb{},
			Forms: map[string]*bot.Form{}, Sayings: map[string]string{},
		},
		words: words, ways: map[bot.Intent]way{},
		messages: map[outbox.Kind]Draw{}, many: map[outbox.Kind]Many{}, cards: map[string]Draw{}, once: map[string]Once{},
	}
}

// entry is one screen while it is being registered.
type entry struct {
	book   *Book
	verb   string
	action bot.Verb
}

// Trait says something of a screen where it is registered.
type Trait func(*entry)

// Screen registers what a verb leads to.
func (b *Book) Screen(verb string, screen bot.Screen, traits ...Trait) {
	one := &entry{book: b, verb: verb, action: bot.Verb{Screen: screen}}
	for _, trait := range traits {
		trait(one)
	}
	put(b.Actions, verb, one.action)
}

// Inner says that a screen means nothing by itself: it names a thing in its
// arguments, or goes on with what another screen showed.
func Inner(one *entry) { one.action.Inner = true }

// Open says that people may see a screen who are not linked, or have not agreed.
func Open(one *entry) { one.action.Open = true }

// Staff keeps a screen to ward users.
func Staff(one *entry) { guard(one, StaffOnly) }

// Officers keeps a screen about one's own to those who hold a post, or held one.
func Officers(one *entry) { guard(one, OfficersOnly) }

// Twin is where ward users go, who hold no post themselves, with words that ask of
// the same for the whole ward: "tháng 3 trả bao nhiêu". It stands after Officers and
// before Own.
func Twin(verb string) Trait {
	return func(one *entry) {
		screen := one.action.Screen
		one.action.Screen = func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
			if actor := turn.Speaker.Actor; actor.IsStaff() && actor.Person == 0 && turn.Meaning.Intent != "" {
				return turn.Open(ctx, verb)
			}
			return screen(ctx, turn)
		}
	}
}

func guard(one *entry, may func(bot.Turn) error) {
	screen := one.action.Screen
	one.action.Screen = func(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
		if err := may(turn); err != nil {
			return bot.Reply{}, err
		}
		return screen(ctx, turn)
	}
}

// Label names the button that leads to a screen, so that its label may be typed
// in its place.
func Label(label string) Trait {
	return func(one *entry) {
		saying := models.Fold(one.book.words.Say("button."+label, nil))
		one.book.Sayings[saying], one.book.Sayings[strings.TrimPrefix(saying, "xem ")] = one.verb, one.verb
	}
}

// Intent opens a screen by what was understood, and by a button of that label.
func Intent(intent bot.Intent, label string) Trait {
	return wayTo(intent, way{label: label})
}

// Own is Intent for what is about one's own money, branch or papers; args are
// what the button says of a turn.
func Own(intent bot.Intent, label string, args ...func(bot.Turn) []string) Trait {
	to := way{label: label, own: true}
	if len(args) > 0 {
		to.args = args[0]
	}
	return wayTo(intent, to)
}

func wayTo(intent bot.Intent, to way) Trait {
	return func(one *entry) {
		to.verb = one.verb
		put(one.book.ways, intent, to)
		put(one.book.Intents, intent, one.action.Screen)
		Label(to.label)(one)
	}
}

// Typed registers further words, folded, that press a button.
func (b *Book) Typed(action string, sayings ...string) {
	for _, saying := range sayings {
		b.Sayings[saying] = action
	}
}

// Form registers a form under its name.
func (b *Book) Form(form *bot.Form) { put(b.Forms, form.Name, form) }

// Take registers what may take a file that nobody asked for.
func (b *Book) Take(taker Taker) { b.takers = append(b.takers, taker) }

// Message registers how messages of a kind are drawn.
func (b *Book) Message(kind outbox.Kind, draw Draw) { put(b.messages, kind, draw) }

// Many registers how messages of a kind are drawn for many at once.
func (b *Book) Many(kind outbox.Kind, many Many) { put(b.many, kind, many) }

// Card registers how the card of a kind of subject is drawn, also in place of
// the one that somebody has: without buttons to decide by once there is nothing
// left to decide.
func (b *Book) Card(subject string, draw Draw) { put(b.cards, subject, draw) }

// Once registers which messages about a kind of subject are better not read at
// all than read twice.
func (b *Book) Once(subject string, once Once) { put(b.once, subject, once) }

func put[K comparable, V any](into map[K]V, key K, value V) {
	if _, twice := into[key]; twice {
		panic(fmt.Sprintf("%v is registered twice", key))
	}
	into[key] = value
}

// Way is the button to an intent's screen, whoever asks.
func (b *Book) Way(intent bot.Intent) (bot.Button, bool) {
	to, ok := b.ways[intent]
	if !ok {
		return bot.Button{}, false
	}
	return Act(b.words.Say("button."+to.label, nil), to.verb), true
}

// Choose is the button to an intent's screen for who speaks, with what was said
// of it; false where they have no such screen.
func (b *Book) Choose(turn bot.Turn, intent bot.Intent) (bot.Button, bool) {
	to, ok := b.ways[intent]
	staff := turn.Speaker.Actor.IsStaff()
	if !ok || intent.ForStaff() && !staff || staff && to.own {
		return bot.Button{}, false
	}
	button, _ := b.Way(intent)
	if to.args != nil {
		button.Action = bot.Act(to.verb, to.args(turn)...)
	}
	return button, true
}

// Taken gives a file that nobody asked for to the first matter that takes it.
func (b *Book) Taken(ctx context.Context, turn bot.Turn) (reply bot.Reply, taken bool, err error) {
	for _, taker := range b.takers {
		if reply, taken, err = taker(ctx, turn); taken || err != nil {
			break
		}
	}
	return reply, taken, err
}

// Notification draws what a recipient is told unasked, as they may see it at
// the moment of sending. A zero reply means that there is nothing to tell any
// more.
func (b *Book) Notification(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply,
	error) {
	if delivery.Kind == outbox.CardChanged {
		return b.Redrawn(ctx, recipient, delivery)
	}
	draw := b.messages[delivery.Kind]
	if draw == nil {
		return bot.Reply{}, fmt.Errorf("no screen for a message of kind %q", delivery.Kind)
	}
	return draw(ctx, recipient, delivery.SubjectID)
}

// Redrawn draws the card of a delivery's subject as it is at the moment, for the
// one who has it, or is to have it, before them.
func (b *Book) Redrawn(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error) {
	draw := b.cards[delivery.SubjectKind]
	if draw == nil {
		return bot.Reply{}, nil
	}
	return draw(ctx, recipient, delivery.SubjectID)
}

// Notifications draws what many are told unasked: replies and errors, or nil, in
// the order of recipients.
func (b *Book) Notifications(ctx context.Context, recipients []services.Actor,
	deliveries []models.Delivery) ([]bot.Reply, []error) {
	type subject struct {
		kind     outbox.Kind
		ward, id int64
	}
	replies, failures := make([]bot.Reply, len(deliveries)), make([]error, len(deliveries))
	shared := map[subject][]int{}
	for i, delivery := range deliveries {
		if b.many[delivery.Kind] == nil {
			replies[i], failures[i] = b.Notification(ctx, recipients[i], delivery)
			continue
		}
		one := subject{delivery.Kind, delivery.WardID, delivery.SubjectID}
		shared[one] = append(shared[one], i)
	}
	for one, which := range shared {
		readers := make([]services.Actor, len(which))
		for i, at := range which {
			readers[i] = recipients[at]
		}
		draw, err := b.many[one.kind](ctx, one.ward, one.id, readers)
		for _, at := range which {
			if failures[at] = err; err == nil {
				replies[at], failures[at] = draw(recipients[at])
			}
		}
	}
	return replies, failures
}

// Repeats reports whether a message of which nothing was heard is better read
// twice than not at all.
func (b *Book) Repeats(ctx context.Context, delivery models.Delivery) (bool, error) {
	once := b.once[delivery.SubjectKind]
	if once == nil || delivery.PersonID == nil {
		return true, nil
	}
	is, err := once(ctx, delivery.WardID, delivery.SubjectID)
	return !is, err
}
