package list

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services/money"
)

// seal is the hash over all that a run pays, and to whom: every line in order
// of person with every component in the order of the line. What becomes of a
// line afterwards is not in it.
type seal struct {
	hash   hash.Hash
	total  int64
	people int
	lines  int
}

func newSeal(run models.PaymentRun) *seal {
	s := &seal{hash: sha256.New()}
	write(s.hash, run.WardID, int64(run.Month))
	return s
}

func (s *seal) add(line models.PaymentLine) {
	digest := digestOf(line)
	s.hash.Write(digest[:])
	s.lines++
	if line.Amount > 0 {
		s.total += line.Amount
		s.people++
	}
}

func (s *seal) sum() []byte {
	write(s.hash, s.total, int64(s.people), int64(s.lines))
	return s.hash.Sum(nil)
}

// digestOf is equal for two lines exactly when they pay the same person the
// same for the same reasons.
func digestOf(line models.PaymentLine) [sha256.Size]byte {
	h := sha256.New()
	follows := int64(0)
	if line.FollowsID != nil {
		follows = *line.FollowsID
	}
	write(h, line.PersonID, int64(line.Month), line.Amount, follows, int64(len(line.Components)))
	text(h, line.Name, line.Title, line.Unit, line.BankName, line.BankTail)
	if len(line.BankHash) > 0 { // a list from before has none, and its digest stays
		text(h, string(line.BankHash))
	}
	if line.PayWay != "" || line.BankRelation != "" { // nor does one on which nobody has said it
		text(h, "destination", string(line.PayWay), line.BankHolder, string(line.BankRelation))
	}
	for _, c := range line.Components {
		write(h, int64(c.Month), c.PolicyID, c.TermID, c.BranchID, c.Amount, c.Rate, int64(c.Days))
		text(h, string(c.Role), c.Basis, c.Why)
		if c.Deducted != 0 {
			write(h, c.Deducted)
		}
	}
	var digest [sha256.Size]byte
	h.Sum(digest[:0])
	return digest
}

func write(h hash.Hash, numbers ...int64) {
	var buffer [8]byte
	for _, n := range numbers {
		binary.BigEndian.PutUint64(buffer[:], uint64(n))
		h.Write(buffer[:])
	}
}

// text writes each string with its length, so that no two lists of strings
// have the same bytes.
func text(h hash.Hash, texts ...string) {
	for _, s := range texts {
		write(h, int64(len(s)))
		h.Write([]byte(s))
	}
}

// stored is the seal over the rows as the database has them.
func stored(tx *gorm.DB, run models.PaymentRun) (*seal, error) {
	s := newSeal(run)
	for after := int64(0); ; {
		lines, err := storedLines(tx, run.ID, after, 1<<62, money.BatchSize)
		if err != nil {
			return nil, err
		}
		if len(lines) == 0 {
			return s, nil
		}
		for _, line := range lines {
			s.add(line)
		}
		after = lines[len(lines)-1].PersonID
	}
}

// storedLines reads lines of people after one id and up to another, in order of
// person, with their components in the order in which they were written.
func storedLines(tx *gorm.DB, run, after, last int64, limit int) ([]models.PaymentLine, error) {
	var lines []models.PaymentLine
	err := tx.Preload("Components", inOrder).
		Where("run_id = ? AND person_id > ? AND person_id <= ?", run, after,
			last).Order("person_id").Limit(limit).Find(&lines).Error
	if err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	return lines, nil
}

// inOrder reads components in the order in which they were written.
func inOrder(db *gorm.DB) *gorm.DB { return db.Order("payment_components.id") }
