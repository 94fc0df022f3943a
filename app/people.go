package app

import (
	"context"

	"canbobot/bot"
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
	return bot.Speaker{Actor: known.Actor, Name: known.Name, Consented: known.Consented, Former: known.Former}, nil
}

func (p people) Reachable(ctx context.Context, channel, userID string, reachable bool) error {
	return p.identity.MarkUnreachable(ctx, channel, userID, !reachable)
}

type formDrafts struct{ drafts *drafts.Service }

func (f formDrafts) Load(ctx context.Context, actor services.Actor, channel, userID string) (bot.Draft, bool, error) {
	draft, found, err := f.drafts.Load(ctx, actor, drafts.Owner(actor, channel, userID))
	return bot.Draft{Form: draft.Form, Step: draft.Step, Answers: draft.Answers}, found, err
}

func (f formDrafts) Save(ctx context.Context, actor services.Actor, channel, userID string, draft bot.Draft) error {
	return f.drafts.Save(ctx, actor, drafts.Owner(actor, channel, userID), drafts.Draft{Form: draft.Form, Step: draft.Step, Answers: draft.Answers})
}

func (f formDrafts) Delete(ctx context.Context, actor services.Actor, channel, userID string) error {
	return f.drafts.Delete(ctx, actor, drafts.Owner(actor, channel, userID))
}

type cards struct{ outbox *outbox.Outbox }

func (c cards) Shown(ctx context.Context, actor services.Actor, channel, chatID, ref string, card bot.Card) error {
	return c.outbox.Shown(ctx, actor, channel, chatID, ref, card.Subject, card.ID, card.Version)
}
