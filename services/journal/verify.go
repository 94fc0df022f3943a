package journal

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"canbobot/models"
	"canbobot/services"
)

// What Verify may find wrong about an entry.
const (
	// Changed: its columns are not those that were written.
	Changed = "changed"
	// Missing: no entry bears the number.
	Missing = "missing"
	// Moved: it was written under another number, Fault.From.
	Moved = "moved"
	// Rewritten: the entry before it was put there later, with a hash to match.
	Rewritten = "rewritten"
	// Unkeyed: it has no key, and follows one that has, or none takes it over.
	Unkeyed = "unkeyed"
	// Headless: the journal's head is missing, or not what was signed.
	Headless = "headless"
)

// Fault is one thing wrong about a ward's journal.
type Fault struct {
	Seq  int64
	Why  string
	From int64 // the number that a moved entry was written under
}

// maxFaults bounds how many are listed of a ward: one is enough to call it broken.
const maxFaults = 20

// Verdict is what Verify found in one ward.
type Verdict struct {
	Ward    int64
	Entries int64
	// Broken is the first entry that does not follow from the one before; 0
	// when the chain is whole.
	Broken int64
	Faults []Fault // in order, at most twenty
	Head   []byte  // hash of the last entry: written down elsewhere, it proves that nothing was cut off
	Last   int64   // the number of the last entry

	keyed  bool
	search bool // for the number under which a changed entry was written
}

// Reach is how far a ward's journal was proved; the zero value is its beginning.
type Reach struct {
	Seq   int64
	Hash  []byte // of that entry
	Keyed bool   // an entry up to there has a key
}

func (v *Verdict) fault(fault Fault) {
	if v.Broken == 0 {
		v.Broken = fault.Seq
	}
	if len(v.Faults) < maxFaults {
		v.Faults = append(v.Faults, fault)
	}
}

// Verify proves the journal of every ward whole, reading it in batches.
func (s *Service) Verify(ctx context.Context) ([]Verdict, error) {
	wards, err := s.Wards(ctx)
	if err != nil {
		return nil, err
	}
	verdicts := make([]Verdict, 0, len(wards))
	for _, ward := range wards {
		verdict, err := s.verifyWard(ctx, ward)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, verdict)
	}
	return verdicts, nil
}

// Wards are those that have a journal, or a head of one.
func (s *Service) Wards(ctx context.Context) ([]int64, error) {
	var wards []int64
	if err := services.AcrossWards(s.store.WithContext(ctx), "the journal of every ward").Raw(
		`SELECT DISTINCT ward_id FROM audit_entries UNION SELECT ward_id FROM journal_heads ORDER BY 1`).
		Scan(&wards).Error; err != nil {
		return nil, fmt.Errorf("audit verify: %w", err)
	}
	return wards, nil
}

func (s *Service) verifyWard(ctx context.Context, ward int64) (Verdict, error) {
	verdict := Verdict{Ward: ward, search: true}
	_, _, err := s.prove(ctx, &verdict, Reach{}, math.MaxInt)
	return verdict, err
}

// Prove proves a ward's journal from after an entry that was proved before, about
// so many entries of it. Whole says that its end was reached, and held against the
// head; else the next call goes on from reached.
func (s *Service) Prove(ctx context.Context, ward int64, from Reach, most int) (verdict Verdict, reached Reach,
	whole bool, err error) {
	verdict = Verdict{Ward: ward, Head: from.Hash, Last: from.Seq, keyed: from.Keyed}
	reached, whole, err = s.prove(ctx, &verdict, from, most)
	return verdict, reached, whole, err
}

func (s *Service) prove(ctx context.Context, verdict *Verdict, from Reach, most int) (Reach, bool, error) {
	ward := verdict.Ward
	db := s.store.WithContext(ctx)
	head, anchored, err := head(db, ward) // before the entries: it is not ahead of them
	if err != nil {
		return from, false, err
	}
	var last int64
	err = services.InWard(db.Model(&models.AuditEntry{}), ward).Select("COALESCE(MAX(seq), 0)").Scan(&last).Error
	if err != nil {
		return from, false, fmt.Errorf("audit verify: %w", err)
	}
	const batch = 1000
	read, known := from.Seq, from.Seq == head.Seq && bytes.Equal(from.Hash, head.Hash)
	for {
		var entries []models.AuditEntry
		err := services.InWard(db, ward).Where("seq > ?", read).Order("seq").Limit(batch).Find(&entries).Error
		if err != nil {
			return from, false, fmt.Errorf("audit verify: %w", err)
		}
		for _, entry := range entries {
			s.follow(verdict, entry, read, last)
			read = entry.Seq
			verdict.Entries++
			verdict.Head, verdict.Last = entry.Hash, entry.Seq
			known = known || entry.Seq == head.Seq && bytes.Equal(entry.Hash, head.Hash)
		}
		from = Reach{Seq: read, Hash: verdict.Head, Keyed: verdict.keyed}
		if len(entries) < batch {
			break
		}
		if verdict.Entries >= int64(most) {
			return from, false, nil
		}
	}
	if s.keys != nil {
		s.reaches(verdict, head, anchored, known, max(last, read))
	}
	return from, true, nil
}

// reaches holds what was read against the head.
func (s *Service) reaches(v *Verdict, head models.JournalHead, anchored, known bool, last int64) {
	switch {
	case !anchored && last > 0 && !v.keyed:
		v.fault(Fault{Seq: last, Why: Unkeyed})
	case !anchored && last > 0, anchored && !s.Sound(head):
		v.fault(Fault{Seq: last + 1, Why: Headless})
	case anchored && head.Seq > last:
		v.fault(Fault{Seq: last + 1, Why: Missing})
	case anchored && !known:
		v.fault(Fault{Seq: head.Seq, Why: Rewritten})
	}
}

// follow holds an entry against the one read before it.
func (s *Service) follow(v *Verdict, entry models.AuditEntry, read, last int64) {
	gap := entry.Seq != read+1
	if gap {
		v.fault(Fault{Seq: read + 1, Why: Missing})
	}
	if v.keyed && entry.KeyID == "" || !v.keyed && entry.KeyID != "" && entry.Seq > 1 && entry.Action != Taken {
		v.fault(Fault{Seq: entry.Seq, Why: Unkeyed})
	}
	v.keyed = v.keyed || entry.KeyID != ""
	if !s.right(entry) {
		from := int64(0)
		if v.search && len(v.Faults) < maxFaults { // the search reads no rows, but is as long as the journal
			from = s.writtenAs(entry, last)
		}
		if from != 0 {
			v.fault(Fault{Seq: entry.Seq, Why: Moved, From: from})
		} else {
			v.fault(Fault{Seq: entry.Seq, Why: Changed})
		}
		return
	}
	// After a fault the hash that the entry hangs on is not there to compare.
	if !gap && !bytes.Equal(entry.PrevHash, v.Head) && (len(v.Faults) == 0 || v.Faults[len(v.Faults)-1].Seq != read) {
		v.fault(Fault{Seq: entry.Seq, Why: Rewritten})
	}
}

// writtenAs finds the number under which an entry's hash comes out right; 0 when
// none does. Entries from behind a removed tail may have numbers past the last.
func (s *Service) writtenAs(entry models.AuditEntry, last int64) int64 {
	for seq := int64(1); seq <= last+maxFaults; seq++ {
		if seq == entry.Seq {
			continue
		}
		tried := entry
		tried.Seq = seq
		if s.right(tried) {
			return seq
		}
	}
	return 0
}
