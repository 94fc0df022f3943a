package privacy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/journal"
)

// Words finds the words of a copy: privacy_copy.KEY, and those of codes.
type Words func(key string, fields map[string]any) string

// CopyFile is everything that is held of a person, as a workbook.
type CopyFile struct {
	Name    string
	Content []byte
}

// Copier makes copies; it reads what is held as its owner may.
type Copier struct {
	*Service
	Cases   *cases.Service
	Changes *change.Service
}

// table is one sheet of a copy.
type table struct {
	name string
	head []string
	rows [][]string
}

// Copy hands the actor a copy of everything that is held about them, numbers by
// their last digits: whole they are shown at the ward's desk, not to whoever has
// the telephone in their hand. It is entered into the register as done.
func (c *Copier) Copy(ctx context.Context, actor services.Actor, say Words) (CopyFile, error) {
	if err := actor.Need(services.Officer); err != nil {
		return CopyFile{}, err
	}
	data, err := c.identity.Privacy.Mine(ctx, actor)
	if err != nil {
		return CopyFile{}, err
	}
	tables, err := c.tables(ctx, actor, data, say)
	if err != nil {
		return CopyFile{}, err
	}
	content, err := workbook(tables)
	if err != nil {
		return CopyFile{}, fmt.Errorf("copy: %w", err)
	}
	err = c.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := c.enter(tx, actor, Copy, "")
		if err != nil {
			return err
		}
		if err := tx.Model(&row).Updates(map[string]any{"state": models.DataDone, "answered_at": c.clock.UTC(),
			"version": 2}).Error; err != nil {
			return fmt.Errorf("copy: %w", err)
		}
		return c.audit.Record(tx, actor, "data.copied", fmt.Sprintf("person:%d", actor.Person),
			journal.Detail{"rows": len(tables)})
	})
	return CopyFile{Name: say("privacy_copy.file", nil), Content: content}, err
}

func moment(at time.Time) string { return at.In(services.Zone).Format("15:04 02/01/2006") }

// day is a day as it is written here, "" for none.
func day(d models.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

func (c *Copier) tables(ctx context.Context, actor services.Actor, data identity.MyData, say Words) ([]table, error) {
	born := day(data.BirthDate)
	if born == "" && data.BirthYear > 0 {
		born = fmt.Sprint(data.BirthYear)
	}
	label := func(key string) string { return say("privacy_copy."+key, nil) }
	of := func(name string, head ...string) table {
		t := table{name: label("sheet." + name)}
		for _, key := range head {
			t.head = append(t.head, label("column."+key))
		}
		return t
	}
	who := of("who", "what", "value")
	who.rows = [][]string{{label("name"), data.Name}, {label("born"), born}, {label("phone"), data.Phone},
		{label("citizen"), data.CitizenID}, {label("bank"), strings.TrimSpace(data.BankName + " " + data.BankAccount)},
		{label("holder"), data.BankHolder}, {label("relation"), ofKind(say, "relation.", string(data.BankRelation))},
		{label("way"), ofKind(say, "pay_way.", string(data.PayWay))},
		{label("note"), label("masked")}}
	posts := of("posts", "title", "branch", "from", "to")
	for _, post := range data.Posts {
		posts.rows = append(posts.rows, []string{post.Title, post.BranchName, day(post.From), day(post.To)})
	}
	chats := of("chats", "channel", "from", "to", "seen")
	for _, one := range data.Accounts {
		until := ""
		if one.UnlinkedAt != nil {
			until = moment(*one.UnlinkedAt)
		}
		chats.rows = append(chats.rows, []string{say("channel."+one.Channel, nil), moment(one.LinkedAt), until,
			moment(one.LastSeenAt)})
	}
	for _, one := range data.Consents {
		until := ""
		if one.WithdrawnAt != nil {
			until = moment(*one.WithdrawnAt)
		}
		chats.rows = append(chats.rows, []string{say("privacy_copy.consent", map[string]any{"version": one.Version}),
			moment(one.GivenAt), until, ""})
	}
	money, err := c.money(ctx, actor, of("money", "month", "amount", "state", "account"), say)
	if err != nil {
		return nil, err
	}
	asked := of("asked", "at", "what", "state", "words")
	changes, err := c.Changes.Mine(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, one := range changes {
		asked.rows = append(asked.rows, []string{moment(one.SubmittedAt), say("kind_short."+string(one.Kind), nil),
			say("state_short."+string(one.State), nil), one.BranchName})
	}
	said, err := c.Cases.Mine(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, one := range said {
		for _, message := range one.Case.Messages {
			from := label("ward_said")
			if message.PersonID != nil {
				from = label("you_said")
			}
			asked.rows = append(asked.rows, []string{moment(message.At), from, say("case.state."+string(one.Case.State), nil),
				message.Text})
		}
	}
	looks := of("looks", "at", "who", "role", "what")
	all, _, err := c.identity.Privacy.Looks(ctx, actor, 0, maxLooks)
	if err != nil {
		return nil, err
	}
	for _, look := range all {
		role := string(look.Role)
		if look.Role == services.Stranger {
			role = "stranger"
		}
		looks.rows = append(looks.rows, []string{moment(look.At), look.Name, say("story.role."+role, nil),
			say("story.action."+strings.ReplaceAll(look.Action, ".", "_"), nil)})
	}
	return []table{who, posts, chats, money, asked, looks}, nil
}

// ofKind is the word for a code; nothing is said of none.
func ofKind(say Words, key, code string) string {
	if code == "" {
		return ""
	}
	return say(key+code, nil)
}

// maxLooks bounds the looks of a copy; nobody has been looked at as often.
const maxLooks = 5000

func (c *Copier) money(ctx context.Context, actor services.Actor, t table, say Words) (table, error) {
	var rows []struct {
		Month              models.Month
		Amount             int64
		State              models.LineState
		BankName, BankTail string
	}
	err := c.store.WithContext(ctx).Raw(`
SELECT r.month, l.amount, l.state, l.bank_name, l.bank_tail FROM payment_lines l JOIN payment_runs r ON r.id = l.run_id
WHERE l.ward_id = ? AND l.person_id = ? AND r.state <> ? ORDER BY r.month, l.id`, actor.Ward, actor.Person,
		models.RunDraft).Scan(&rows).Error
	if err != nil {
		return t, fmt.Errorf("copy: %w", err)
	}
	for _, row := range rows {
		account := ""
		if row.BankTail != "" {
			account = row.BankName + " ****" + row.BankTail
		}
		t.rows = append(t.rows, []string{fmt.Sprintf("%d/%d", row.Month.Month(), row.Month.Year()), fmt.Sprint(row.Amount),
			say("line_state."+string(row.State), nil), account})
	}
	return t, nil
}

func workbook(tables []table) (content []byte, err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	for i, t := range tables {
		if i == 0 {
			err = book.SetSheetName("Sheet1", t.name)
		} else {
			_, err = book.NewSheet(t.name)
		}
		if err != nil {
			return nil, err
		}
		stream, err := book.NewStreamWriter(t.name)
		if err != nil {
			return nil, err
		}
		if err := stream.SetColWidth(1, 4, 30); err != nil {
			return nil, err
		}
		for n, row := range append([][]string{t.head}, t.rows...) {
			cells := make([]any, len(row))
			for c, text := range row {
				cell := excelize.Cell{Value: harmless(text)}
				if n == 0 {
					cell.StyleID = bold
				}
				cells[c] = cell
			}
			if err := stream.SetRow(fmt.Sprintf("A%d", n+1), cells); err != nil {
				return nil, err
			}
		}
		if err := stream.Flush(); err != nil {
			return nil, err
		}
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// harmless keeps a text from being taken for a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
