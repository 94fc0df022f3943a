package change

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/evidence"
	"canbobot/services/journal"
	"canbobot/services/outbox"
)

// fileIDs reads the ids that a proposal names.
func fileIDs(list string) ([]int64, error) {
	if list == "" {
		return nil, nil
	}
	if len(list) > 200 {
		return nil, services.TooMany("files").With("max", evidence.MaxAtOnce)
	}
	var ids []int64
	for _, text := range strings.Split(list, ",") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			return nil, services.NotFound("file")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// attach gives a request the files of its proposal.
func (s *Service) attach(tx *gorm.DB, actor services.Actor, id int64, proposal Proposal) error {
	ids, err := fileIDs(proposal.Evidence)
	if err != nil {
		return err
	}
	_, err = s.evidence.Attach(tx, actor, id, ids)
	return err
}

// AddEvidence gives a file to a request that is not decided yet; only who
// proposed it may, and the file must be theirs. One that the request has already
// is conflict/file_again. The cards are drawn anew.
func (s *Service) AddEvidence(ctx context.Context, actor services.Actor, id, file int64) (Card, error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		request, err := s.begin(tx, actor, id)
		if err != nil {
			return err
		}
		switch attached, err := s.evidence.Attach(tx, actor, id, []int64{file}); {
		case err != nil:
			return err
		case attached == 0:
			if again, err := s.evidence.Waits(tx, actor, file); err != nil || !again {
				return cmp.Or(err, error(services.NotFound("file")))
			}
			return services.Conflict("file_again")
		}
		if err := s.audit.Record(tx, actor, "evidence.added", subjectOf(id), journal.Detail{"file": file}); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Change, request.ID)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}

// RemoveEvidence takes back a file that was sent by mistake: only who proposed
// the request may, while the ward has sent it back (conflict/evidence_waits
// otherwise: what a clerk may be looking at does not vanish). The journal keeps
// that it was there.
func (s *Service) RemoveEvidence(ctx context.Context, actor services.Actor, id, file int64) (Card, error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		request, err := s.begin(tx, actor, id)
		if err != nil {
			return err
		}
		if request.State != models.ChangeReturned {
			return services.Conflict("evidence_waits")
		}
		if err := s.evidence.Detach(tx, actor, id, file); err != nil {
			return err
		}
		if err := s.audit.Record(tx, actor, "evidence.removed", subjectOf(id), journal.Detail{"file": file}); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Change, request.ID)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}
