package journal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
)

// Mirror is a file outside the database that holds the hash of every entry, a
// line of JSON each: whoever rewrites the database with hashes to match is found
// out by it. It holds ids and no names. It only grows; one process writes it.
type Mirror struct {
	file *os.File
	last map[int64]mark // ward to its latest line
}

type mark struct {
	seq  int64
	hash string // in hex
}

// line is one entry in the file.
type line struct {
	Ward    int64     `json:"ward"`
	Seq     int64     `json:"seq"`
	Hash    string    `json:"hash"`
	At      time.Time `json:"at"`
	Action  string    `json:"action"`
	Subject string    `json:"subject"`
}

// OpenMirror opens the file, or makes it, and finds how far it goes.
func OpenMirror(path string) (*Mirror, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("audit file: %w", err)
	}
	m := &Mirror{file: file, last: map[int64]mark{}}
	whole := true
	err = lines(file, func(one line) error {
		if at := m.last[one.Ward]; one.Seq > at.seq {
			m.last[one.Ward] = mark{seq: one.Seq, hash: one.Hash}
		}
		return nil
	}, func() { whole = false })
	if err == nil && !whole { // a line that a crash cut short must not join the next
		_, err = file.WriteString("\n")
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("audit file: %w", err)
	}
	return m, nil
}

// Close closes the file.
func (m *Mirror) Close() error { return m.file.Close() }

// maxLine bounds a line of the file, in bytes.
const maxLine = 64 << 10

// lines reads a file of lines; what is no whole line was cut short by a crash:
// cut hears of it where the file ends with it.
func lines(file io.Reader, each func(line) error, cut func()) error {
	reader := bufio.NewReaderSize(file, maxLine)
	for {
		text, err := reader.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return errors.New("a line is too long to be ours")
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		ends := errors.Is(err, io.EOF)
		var one line
		if text = bytes.TrimSpace(text); len(text) > 0 && json.Unmarshal(text, &one) == nil && one.Seq > 0 {
			if err := each(one); err != nil {
				return err
			}
		}
		if ends {
			if len(text) > 0 {
				cut()
			}
			return nil
		}
	}
}

// Copy appends what the journal holds beyond the mirror, and returns how many
// entries that were. They are on the disk when it returns. An entry that does
// not follow from the one copied before is copied all the same, and named in
// broken: the journal was rewritten in between.
func (s *Service) Copy(ctx context.Context, m *Mirror) (copied int, broken []Fault, err error) {
	db := s.store.WithContext(ctx)
	var wards []int64
	if err := db.Model(&models.Ward{}).Order("id").Pluck("id", &wards).Error; err != nil {
		return 0, nil, fmt.Errorf("audit file: %w", err)
	}
	for _, ward := range wards {
		for {
			n, faults, err := m.append(db, ward)
			copied, broken = copied+n, append(broken, faults...)
			if err != nil {
				return copied, broken, fmt.Errorf("audit file: %w", err)
			}
			if n < mirrorBatch {
				break
			}
		}
	}
	return copied, broken, nil
}

// mirrorBatch bounds what is read and written at once.
const mirrorBatch = 1000

func (m *Mirror) append(db *gorm.DB, ward int64) (n int, broken []Fault, err error) {
	at := m.last[ward]
	var entries []models.AuditEntry
	if err := services.InWard(db, ward).Where("seq > ?",
		at.seq).Order("seq").Limit(mirrorBatch).Find(&entries).Error; err != nil || len(entries) == 0 {
		return 0, nil, err
	}
	var text bytes.Buffer
	for _, entry := range entries {
		if at.seq > 0 && hex.EncodeToString(entry.PrevHash) != at.hash {
			broken = append(broken, Fault{Seq: entry.Seq, Why: Rewritten})
		}
		at = mark{seq: entry.Seq, hash: hex.EncodeToString(entry.Hash)}
		row, err := json.Marshal(line{Ward: ward, Seq: entry.Seq, Hash: at.hash, At: entry.At.UTC(), Action: entry.Action,
			Subject: entry.Subject})
		if err != nil {
			return 0, broken, err
		}
		text.Write(append(row, '\n'))
	}
	if _, err := m.file.Write(text.Bytes()); err != nil {
		return 0, broken, err
	}
	if err := m.file.Sync(); err != nil {
		return 0, broken, err
	}
	m.last[ward] = at
	return len(entries), broken, nil
}

// Replaced: the entry's hash is not the one in the mirror.
const Replaced = "replaced"

// Compare holds the database against a mirror, and returns how many entries it
// compared and, by ward, at most twenty that are not as they were copied. It
// says nothing about entries that were not copied yet; Verify proves the
// database whole in itself.
func (s *Service) Compare(ctx context.Context, mirror io.Reader) (compared int64, faults map[int64][]Fault, err error) {
	faults = map[int64][]Fault{}
	var batch []line
	flush := func() error {
		err := s.compare(ctx, batch, faults)
		compared, batch = compared+int64(len(batch)), batch[:0]
		return err
	}
	err = lines(mirror, func(one line) error {
		if batch = append(batch, one); len(batch) < mirrorBatch {
			return nil
		}
		return flush()
	}, func() {})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return compared, faults, fmt.Errorf("audit file: %w", err)
	}
	return compared, faults, nil
}

// compare looks up the entries of a batch, a query a ward.
func (s *Service) compare(ctx context.Context, batch []line, faults map[int64][]Fault) error {
	wanted := map[int64][]int64{}
	for _, one := range batch {
		wanted[one.Ward] = append(wanted[one.Ward], one.Seq)
	}
	have := map[[2]int64]string{}
	for ward, seqs := range wanted {
		var rows []models.AuditEntry
		if err := services.InWard(s.store.WithContext(ctx).Select("seq", "hash"), ward).Where("seq IN ?",
			seqs).Find(&rows).Error; err != nil {
			return fmt.Errorf("compare journal of ward %d: %w", ward, err)
		}
		for _, row := range rows {
			have[[2]int64{ward, row.Seq}] = hex.EncodeToString(row.Hash)
		}
	}
	for _, one := range batch {
		hash, known := have[[2]int64{one.Ward, one.Seq}]
		switch {
		case len(faults[one.Ward]) == maxFaults:
		case !known:
			faults[one.Ward] = append(faults[one.Ward], Fault{Seq: one.Seq, Why: Missing})
		case hash != one.Hash:
			faults[one.Ward] = append(faults[one.Ward], Fault{Seq: one.Seq, Why: Replaced})
		}
	}
	return nil
}
