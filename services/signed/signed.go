package signed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/outbox"
	"canbobot/services/paper"
	"canbobot/services/vault"
)

// Service hands lists out to be signed, and takes them back.
type Service struct {
	Certificates *Certificates
	// Waiting reminds of certificates that wait too long for their signatures.
	Waiting approve.Reminder

	store  *models.Store
	vault  *vault.Vault
	list   *list.Service
	papers *paper.Service
	audit  *journal.Service
	clock  services.Clock
}

func New(store *models.Store, vault *vault.Vault, list *list.Service, papers *paper.Service,
	approvals *approve.Service, audit *journal.Service, box *outbox.Outbox, gate approve.Gate,
	clock services.Clock) *Service {
	s := &Service{store: store, vault: vault, list: list, papers: papers, audit: audit, clock: clock}
	s.Certificates = certificatesOf(s, approvals, box, gate)
	s.Waiting = s.Certificates.items
	return s
}

// Offer hands out an approved list's PDF to be signed: what comes back must begin
// with it. One that nobody has approved is conflict/run_not_approved.
func (s *Service) Offer(ctx context.Context, actor services.Actor, run int64, words paper.Words) (paper.Paper, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return paper.Paper{}, err
	}
	row, err := s.list.Current(ctx, actor, run)
	if err != nil {
		return paper.Paper{}, err
	}
	if row.State == models.RunDraft || row.State == models.RunSubmitted {
		return paper.Paper{}, services.Conflict("run_not_approved").With("state", string(row.State))
	}
	drawn, err := s.papers.List(ctx, actor, run, paper.PDF, words)
	if err != nil {
		return paper.Paper{}, err
	}
	sum := sha256.Sum256(drawn.Content)
	err = s.store.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&models.SignedList{
		WardID: actor.Ward, RunID: row.ID, ListSum: row.ContentHash, PaperSum: sum[:],
		PaperSize: int64(len(drawn.Content)), OfferedAt: s.clock.UTC(),
	}).Error
	if err != nil {
		return paper.Paper{}, fmt.Errorf("offer list %d: %w", run, err)
	}
	return drawn, nil
}

// Received is what came of a file: the list whose paper it is and who signed it,
// or the certificate that must first be said to be the ward's.
type Received struct {
	Run     models.PaymentRun
	Subject string
	Unknown int64 // the certificate; 0 where all are the ward's
}

// Receive takes back a list that was signed. A file that is no list's paper is
// not_found/signed_list; one of ours in which something was changed
// invalid/signed_changed; a signature that is not sound, or does not cover the
// file, invalid/signed_broken; none at all invalid/signed_none; a list that is
// another since conflict/signed_old; a certificate whose time is over, or has not
// come, invalid/signed_expired.
func (s *Service) Receive(ctx context.Context, actor services.Actor, content []byte) (Received, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return Received{}, err
	}
	if len(content) > MaxFile {
		return Received{}, services.Invalid("signed_large").With("max", MaxFile>>20)
	}
	offered, err := s.offered(ctx, actor, content)
	if err != nil {
		return Received{}, err
	}
	signatures, err := readApart(ctx, content)
	if err != nil {
		return Received{}, err
	}
	if len(signatures) == 0 {
		return Received{}, services.Invalid("signed_none")
	}
	if int64(signatures[0].From) < offered.PaperSize {
		return Received{}, broken("a signature within what went out")
	}
	got := Received{}
	if got.Run, err = s.list.Current(ctx, actor, offered.RunID); err != nil {
		return got, err
	}
	if !bytes.Equal(got.Run.ContentHash, offered.ListSum) || got.Run.State == models.RunDraft ||
		got.Run.State == models.RunSubmitted {
		return got, services.Conflict("signed_old")
	}
	return got, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var last models.WardCertificate
		for _, one := range signatures {
			if last, err = s.certificate(tx, actor, one); err != nil {
				return err
			}
			if got.Subject = last.Subject; last.State != models.CertificateAgreed {
				got.Unknown = last.ID
				return nil
			}
		}
		return s.keep(tx, actor, offered, last, len(signatures), content)
	})
}

// offered is the paper that a file begins with.
func (s *Service) offered(ctx context.Context, actor services.Actor, content []byte) (models.SignedList, error) {
	var rows []models.SignedList
	err := services.InWard(s.store.WithContext(ctx), actor.Ward).Omit("content").
		Where("paper_size <= ?", len(content)).Order("paper_size, id").Find(&rows).Error
	if err != nil {
		return models.SignedList{}, fmt.Errorf("papers that went out: %w", err)
	}
	running, until := sha256.New(), 0
	for _, row := range rows { // the file is read once, whatever went out
		running.Write(content[until:row.PaperSize])
		until = int(row.PaperSize)
		if bytes.Equal(running.Sum(nil), row.PaperSum) {
			return row, nil
		}
	}
	if bytes.Contains(content, ours) && bytes.Contains(content, []byte("/ByteRange")) {
		return models.SignedList{}, services.Invalid("signed_changed")
	}
	return models.SignedList{}, services.NotFound("signed_list")
}

// ours stands in each PDF that the program draws.
var ours = []byte("\x00c\x00a\x00n\x00b\x00o\x00b\x00o\x00t")

func (s *Service) certificate(tx *gorm.DB, actor services.Actor, one Signature) (models.WardCertificate, error) {
	now := s.clock.UTC()
	if now.Before(one.ValidFrom) || now.After(one.ValidTo) {
		return models.WardCertificate{}, services.Invalid("signed_expired").With("name", one.Subject).
			With("until", models.DateOf(one.ValidTo.In(services.Zone)))
	}
	row := models.WardCertificate{WardID: actor.Ward, Fingerprint: one.Fingerprint, Subject: one.Subject,
		ValidFrom: one.ValidFrom.Truncate(time.Microsecond), ValidTo: one.ValidTo.Truncate(time.Microsecond),
		State: models.CertificateSeen, Version: 1}
	err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	if err != nil {
		return row, fmt.Errorf("certificate: %w", err)
	}
	var known models.WardCertificate
	err = services.InWard(tx, actor.Ward).Where("fingerprint = ?", one.Fingerprint).Take(&known).Error
	return known, services.Found(err, "certificate", 0)
}

// keep takes a signed paper in; one that has further signatures takes the place of
// what it was made from.
func (s *Service) keep(tx *gorm.DB, actor services.Actor, offered models.SignedList, by models.WardCertificate,
	count int, content []byte) error {
	row, err := services.Take[models.SignedList](services.Locked(tx), actor, "signed_list", offered.ID)
	if err != nil {
		return err
	}
	if bytes.Equal(row.Content, content) { // sent twice
		return nil
	}
	if len(row.Content) > 0 && !bytes.HasPrefix(content, row.Content) {
		return services.Conflict("signed_already")
	}
	now := s.clock.UTC()
	err = tx.Model(&row).Updates(map[string]any{"content": content, "certificate_id": by.ID, "signatures": count,
		"received_at": now, "received_by_staff": services.Ref(actor.Staff)}).Error
	if err != nil {
		return fmt.Errorf("keep signed list %d: %w", row.ID, err)
	}
	sum := sha256.Sum256(content)
	return s.audit.Record(tx, actor, "run.signed_received", fmt.Sprintf("run:%d", row.RunID), journal.Detail{
		"certificate": by.ID, "fingerprint": fmt.Sprintf("%x", by.Fingerprint), "signatures": count,
		"hash": fmt.Sprintf("%x", sum), "list": fmt.Sprintf("%x", row.ListSum)})
}

// Kept is a signed list that was taken in.
type Kept struct {
	Subject    string
	Signatures int
	At         time.Time
}

// Of tells what was taken in of a list as it is now; zero for nothing.
func (s *Service) Of(ctx context.Context, actor services.Actor, run int64) (Kept, error) {
	row, by, err := s.kept(ctx, actor, run, "content")
	if err != nil || row.ReceivedAt == nil {
		return Kept{}, err
	}
	return Kept{Subject: by.Subject, Signatures: row.Signatures, At: *row.ReceivedAt}, nil
}

// File is the signed list; where there is none not_found/signed_list.
func (s *Service) File(ctx context.Context, actor services.Actor, run int64) ([]byte, error) {
	row, _, err := s.kept(ctx, actor, run)
	if err != nil {
		return nil, err
	}
	if len(row.Content) == 0 {
		return nil, services.NotFound("signed_list")
	}
	return row.Content, s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return s.audit.Record(tx, actor, "run.signed_taken", fmt.Sprintf("run:%d", row.RunID), journal.Detail{})
	})
}

func (s *Service) kept(ctx context.Context, actor services.Actor, run int64, without ...string) (row models.SignedList,
	by models.WardCertificate, err error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return row, by, err
	}
	db := s.store.WithContext(ctx)
	of, err := services.Take[models.PaymentRun](db, actor, "run", run)
	if err != nil {
		return row, by, err
	}
	err = services.InWard(db, actor.Ward).Omit(without...).
		Where("run_id = ? AND list_sum = ? AND received_at IS NOT NULL", of.ID, of.ContentHash).
		Order("received_at DESC, id DESC").Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, by, nil
	}
	if err != nil {
		return row, by, fmt.Errorf("signed list of %d: %w", run, err)
	}
	by, err = services.Take[models.WardCertificate](db, actor, "certificate", services.ID(row.CertificateID))
	return row, by, err
}
