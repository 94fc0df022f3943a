package page

import (
	"context"
	"fmt"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// Notification draws what a recipient is told unasked, as they may see it at
// the moment of sending. A zero reply means that there is nothing to tell any
// more.
func (s *Screens) Notification(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error) {
	switch delivery.Kind {
	case outbox.ChangeSubmitted, outbox.ChangeWaiting:
		card, err := s.Changes.Card(ctx, recipient, delivery.SubjectID)
		if err != nil || card.Request.State != models.ChangeSubmitted {
			return bot.Reply{}, err
		}
		reply := s.decisionCard(card)
		if delivery.Kind == outbox.ChangeWaiting {
			reply.Text = s.say("told.waiting") + "\n\n" + reply.Text
		}
		return reply, nil
	case outbox.ChangeConcerns:
		card, err := s.Changes.Card(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.concernsYou(card), nil
	case outbox.CardChanged, outbox.ChangeDecided, outbox.CaseOpened, outbox.CaseAnswered, outbox.LinkAsked, outbox.RunSubmitted:
		return s.Redrawn(ctx, recipient, delivery)
	case outbox.LinkDecided:
		if recipient.Role == services.Stranger {
			return bot.Reply{Text: s.say("told.link_refused")}, nil
		}
		return bot.Reply{Text: s.say("told.link_agreed"), Buttons: [][]bot.Button{s.menuRow()}}, nil
	case outbox.AccountMoved:
		return bot.Reply{Text: s.say("told.moved")}, nil
	case outbox.ChannelTrouble:
		return s.trouble(ctx, recipient, delivery)
	case outbox.WeeklyReview:
		return s.weekly(ctx, recipient)
	case outbox.StageReached:
		view, err := s.List.MonthOfRun(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.stageReached(view), nil
	case outbox.LineSettled:
		view, err := s.List.MonthOfLine(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.lineSettled(view), nil
	case outbox.NoticeSent:
		view, err := s.Notices.One(ctx, recipient, delivery.SubjectID)
		if err == nil {
			err = notice.Stands(view.Notice)
		}
		if err != nil {
			return bot.Reply{}, err
		}
		return s.drawNotice(ctx, recipient, view)
	case outbox.NoticeRemind:
		return s.reminded(ctx, recipient, delivery.SubjectID)
	case outbox.NoticeWaiting:
		return s.toldSenders(ctx, recipient, delivery.SubjectID, models.NoticeWaiting, s.say("told.notice_waiting"))
	case outbox.NoticeReturned:
		return s.toldSenders(ctx, recipient, delivery.SubjectID, models.NoticeDraft, s.say("told.notice_returned"))
	}
	return bot.Reply{}, fmt.Errorf("no screen for a message of kind %q", delivery.Kind)
}

// cardFor is a request's card for who decides it, or for who proposed it.
func (s *Screens) cardFor(actor services.Actor, card change.Card) bot.Reply {
	proposer := card.Request.ProposerStaffID
	if actor.IsStaff() && (proposer == nil || *proposer != actor.Staff) {
		return s.decisionCard(card)
	}
	return s.ownCard(card)
}

// Redrawn draws the card of a delivery's subject as it is at the moment, for the
// one who has it, or is to have it, before them; without buttons to decide by
// once there is nothing left to decide.
func (s *Screens) Redrawn(ctx context.Context, recipient services.Actor, delivery models.Delivery) (bot.Reply, error) {
	switch delivery.SubjectKind {
	case outbox.Change:
		card, err := s.Changes.Card(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.cardFor(recipient, card), nil
	case outbox.Case:
		view, err := s.Cases.Card(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.drawCase(view, recipient.IsStaff()), nil
	case outbox.Link:
		view, err := s.Identity.LinkCard(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.drawLink(view), nil
	case outbox.Sending:
		return s.noticeCard(ctx, recipient, delivery.SubjectID)
	case outbox.Run:
		view, err := s.List.Run(ctx, recipient, delivery.SubjectID)
		if err != nil {
			return bot.Reply{}, err
		}
		return s.drawRun(view), nil
	}
	return bot.Reply{}, nil
}
