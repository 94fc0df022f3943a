package journal

import (
	"bytes"
	"context"
	"fmt"

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
	var wards []int64
	if err := services.AcrossWards(s.store.WithContext(ctx),
		"the journal of every ward").Model(&models.AuditEntry{}).Distinct("ward_id").Order("ward_id").Pluck("ward_id",
		&wards).Error; err != nil {
		return nil, fmt.Errorf("audit verify: %w", err)
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

func (s *Service) verifyWard(ctx context.Context, ward int64) (Verdict, error) {
	verdict := Verdict{Ward: ward, Head: []byte{}}
	var last int64
	err := services.InWard(s.store.WithContext(ctx).Model(&models.AuditEntry{}),
		ward).Select("COALESCE(MAX(seq), 0)").Scan(&last).Error
	if err != nil {
		return verdict, fmt.Errorf("audit verify: %w", err)
	}
	const batch = 1000
	read := int64(0)
	for {
		var entries []models.AuditEntry
		err := services.InWard(s.store.WithContext(ctx), ward).Where("seq > ?",
			read).Order("seq").Limit(batch).Find(&entries).Error
		if err != nil {
			return verdict, fmt.Errorf("audit verify: %w", err)
		}
		for _, entry := range entries {
			verdict.follow(entry, read, last)
			read = entry.Seq
			verdict.Entries++
			verdict.Head = entry.Hash
		}
		if len(entries) < batch {
			return verdict, nil
		}
	}
}

// follow holds an entry against the one read before it.
func (v *Verdict) follow(entry models.AuditEntry, read, last int64) {
	gap := entry.Seq != read+1
	if gap {
		v.fault(Fault{Seq: read + 1, Why: Missing})
	}
	if !bytes.Equal(hash(entry), entry.Hash) {
		from := int64(0)
		if len(v.Faults) < maxFaults { // the search reads no rows, but is as long as the journal
			from = writtenAs(entry, last)
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
func writtenAs(entry models.AuditEntry, last int64) int64 {
	for seq := int64(1); seq <= last+maxFaults; seq++ {
		if seq == entry.Seq {
			continue
		}
		tried := entry
		tried.Seq = seq
		if bytes.Equal(hash(tried), entry.Hash) {
			return seq
		}
	}
	return 0
}
