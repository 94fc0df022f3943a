package app

import (
	"context"
	"time"

	"canbobot/bot"
	"canbobot/bot/delivery"
	"canbobot/services"
	"canbobot/services/drafts"
	"canbobot/services/identity"
	"canbobot/services/outbox"
)

// people, formDrafts and cards hand services to the conversation in its own
// words, so that bot knows no service by name.

type people struct{ identity *identity.Service }

func (p people) Identify(ctx context.Context, channel, userID string) (bot.Speaker, error) {
	known, err := p.identity.Identify(ctx, channel, userID)
	if err != nil {
		return bot.Speaker{}, err
	}
	return bot.Speaker{Actor: known.Actor, Name: known.Name, Agreed: known.Consented,
		Consented: known.ConsentVersion == identity.ConsentVersion(known.Actor), Former: known.Former,
		Brief: known.Brief}, nil
}

func (p people) Reachable(ctx context.Context, channel, userID string) error {
	return p.identity.MarkReachable(ctx, channel, userID)
}

func (p people) Unreachable(ctx context.Context, channel, userID, why string) error {
	return p.identity.MarkUnreachable(ctx, channel, userID, why)
}

func (p people) Withdrawn(ctx context.Context, channel, userID, event string) error {
	known, err := p.identity.Holder(ctx, channel, userID)
	if err != nil || known.Actor.Account == 0 {
		return err
	}
	known.Actor.Event = event
	err = p.identity.Privacy.Withdraw(ctx, known.Actor)
	if services.IsRepeated(err) {
		return nil
	}
	return err
}

type formDrafts struct{ drafts *drafts.Service }

func (f formDrafts) Load(ctx context.Context, actor services.Actor, channel, userID string) (bot.Draft, bool, error) {
	draft, found, err := f.drafts.Load(ctx, actor, drafts.Owner(actor, channel, userID))
	return bot.Draft{Form: draft.Form, Step: draft.Step, Answers: draft.Answers, Event: draft.Event}, found, err
}

func (f formDrafts) Save(ctx context.Context, actor services.Actor, channel, userID string, draft bot.Draft) error {
	return f.drafts.Save(ctx, actor, drafts.Owner(actor, channel, userID),
		drafts.Draft{Form: draft.Form, Step: draft.Step, Answers: draft.Answers, Event: draft.Event})
}

func (f formDrafts) Delete(ctx context.Context, actor services.Actor, channel, userID string) error {
	return f.drafts.Delete(ctx, actor, drafts.Owner(actor, channel, userID))
}

type cards struct {
	outbox *outbox.Outbox
	drawer delivery.Drawer
}

// askedMost is how many of the messages that came unasked may be answered in words.
const askedMost = 4

func (c cards) Asked(ctx context.Context, actor services.Actor, since time.Time) ([]bot.Told, error) {
	told, err := c.outbox.Told(ctx, actor, since, askedMost)
	if err != nil {
		return nil, err
	}
	var replies []bot.Told
	for _, one := range told {
		reply, err := c.drawer.Notification(ctx, actor, one)
		switch {
		case err == nil:
			replies = append(replies, bot.Told{Reply: reply, At: *one.SentAt})
		case services.KindOf(err) == services.KindInternal:
			return nil, err
		} // else it is not theirs to see any more
	}
	return replies, nil
}

func (c cards) Shown(ctx context.Context, actor services.Actor, channel, chatID, ref string, card bot.Card) error {
	return c.outbox.Shown(ctx, actor, channel, chatID, ref, card.Subject, card.ID, card.Version)
}

func (c cards) Marked(ctx context.Context, channel, chatID, mark string, n int) (string, bool, error) {
	return c.outbox.Marked(ctx, channel, chatID, mark, n)
}

func (c cards) Reported(ctx context.Context, channel string, report bot.DeliveryReport, at time.Time) error {
	return c.outbox.Reported(ctx, channel, report.Refs, report.Seen, at)
}
