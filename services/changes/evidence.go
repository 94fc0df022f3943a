package changes

import (
	"context"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"canbobot/services"
	"canbobot/services/audit"
	"canbobot/services/evidence"
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
// proposed it may, and the file must be theirs. The cards are drawn anew.
func (s *Service) AddEvidence(ctx context.Context, actor services.Actor, id, file int64) (Card, error) {
	if err := proposer(actor); err != nil {
		return Card{}, err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		request, err := s.begin(tx, actor, id, own)
		if err != nil {
			return err
		}
		if !request.State.Open() {
			return conflictOf(tx, request)
		}
		switch attached, err := s.evidence.Attach(tx, actor, id, []int64{file}); {
		case err != nil:
			return err
		case attached == 0:
			return services.NotFound("file")
		}
		if err := s.audit.Record(tx, actor, "evidence.added", subjectOf(id), audit.Detail{"file": file}); err != nil {
			return err
		}
		return s.outbox.Redraw(ctx, tx, actor, request.WardID, outbox.Change, request.ID)
	})
	if err != nil {
		return Card{}, err
	}
	return s.Card(ctx, actor, id)
}
