package story

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"canbobot/services"
	"canbobot/services/vn"
)

// Sheet is a story as a workbook to read and to print.
type Sheet struct {
	Name    string // of the file
	Entries int
	Content []byte
}

// MIME is the kind of file that a sheet is.
const MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

var exports = services.Guard("story.exported", "what was done to somebody leaves the house")

// Export returns the story of a subject as a workbook, and notes in the journal
// that it was handed out. Like every export it wants a fresh code
// (denied/step_up); otherwise it refuses as Story does.
func (s *Service) Export(ctx context.Context, actor services.Actor, subject Subject, words Words) (Sheet, error) {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return Sheet{}, err
	}
	if err := s.identity.RequireFresh(ctx, nil, actor, exports); err != nil {
		return Sheet{}, err
	}
	story, err := s.tell(ctx, actor, subject, "story.exported")
	if err != nil {
		return Sheet{}, err
	}
	w := writer{words: words, names: story.Names}
	content, err := story.workbook(w)
	if err != nil {
		return Sheet{}, fmt.Errorf("story: sheet: %w", err)
	}
	return Sheet{Name: w.say("story.file."+subject.Kind, "number", subject.ID), Entries: len(story.Entries),
		Content: content}, nil
}

// pageA4 is Excel's number of the paper.
const pageA4 = 9

// workbook draws the two sheets: what it is about, and what happened.
func (s Story) workbook(w writer) (content []byte, err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	p := &page{book: book}
	p.styles()
	p.sheet = w.say("story.sheet.summary")
	p.do(book.SetSheetName("Sheet1", p.sheet))
	s.summary(p, w)
	p.print("portrait")
	p.sheet, p.row = w.say("story.sheet.history"), 0
	if _, err := book.NewSheet(p.sheet); err != nil {
		return nil, err
	}
	s.history(p, w)
	p.print("landscape")
	if p.err != nil {
		return nil, p.err
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// summary is the first sheet: labels and values, then posts or the difference.
func (s Story) summary(p *page, w writer) {
	p.widths(26, 34, 14, 14, 22, 14, 24)
	p.line(p.title, w.say("story.title."+s.Subject.Kind))
	p.pair(w.say("story.label.ward"), s.Ward.Kind+" "+s.Ward.Name)
	switch s.Subject.Kind {
	case Person:
		s.person(p, w)
	case Change:
		s.change(p, w)
	case Run:
		p.pair(w.say("story.label.month"), fmt.Sprintf("%d/%d", s.Run.Month.Month(), s.Run.Month.Year()))
		p.pair(w.say("story.label.state"), w.say("run_state."+string(s.Run.State)))
		p.pair(w.say("story.label.people"), strconv.Itoa(s.Run.People))
		p.pair(w.say("story.label.total"), money(s.Run.Total))
	}
	p.row++
	p.pair(w.say("story.label.entries"), strconv.FormatInt(s.Total, 10))
	if s.Total > int64(len(s.Entries)) {
		p.pair("", w.say("story.cut", "shown", len(s.Entries)))
	}
	if n := len(s.Entries); n > 0 {
		p.pair(w.say("story.label.first"), moment(s.Entries[0].At))
		p.pair(w.say("story.label.last"), moment(s.Entries[n-1].At))
		p.pair(w.say("story.label.proof"), w.say("story.proof", "seq", s.Entries[n-1].Seq, "hash",
			hex.EncodeToString(s.Head)))
	}
	by := s.By
	if by == "" {
		by = w.say("story.by_itself")
	}
	p.pair(w.say("story.label.by"), by)
	p.pair(w.say("story.label.made"), moment(s.Made))
	p.row++
	p.line(0, w.say("story.note"))
}

func (s Story) person(p *page, w writer) {
	p.pair(w.say("story.label.name"), s.Person.Name)
	switch {
	case !s.Person.BirthDate.IsZero():
		p.pair(w.say("story.label.born"), date(s.Person.BirthDate))
	case s.Person.BirthYear != 0:
		p.pair(w.say("story.label.born"), strconv.Itoa(s.Person.BirthYear))
	}
	p.pair(w.say("story.label.phone"), vn.MaskPhone(s.Person.Phone))
	if s.Person.BankTail != "" {
		p.pair(w.say("story.label.bank"), strings.TrimSuffix(s.Person.BankName+" ****"+s.Person.BankTail+", "+
			s.Person.BankHolder, ", "))
	}
	if !s.Person.DiedOn.IsZero() {
		p.pair(w.say("story.label.died"), date(s.Person.DiedOn))
	}
	if len(s.Terms) == 0 {
		return
	}
	p.row++
	p.cells(p.head, w.say("story.post.title"), w.say("story.post.branch"), w.say("story.post.from"),
		w.say("story.post.to"),
		w.say("story.post.decision"), w.say("story.post.date"), w.say("story.post.signer"))
	for _, post := range s.Terms {
		term := post.Term
		title := term.Title
		if term.Acting {
			title = w.say("story.acting", "title", title)
		}
		until := date(term.To)
		if until == "" {
			until = w.say("story.running")
		}
		p.cells(p.body, title, post.Branch.Name, date(term.From), until, term.DecisionNumber, date(term.DecisionDate),
			term.DecisionSigner)
	}
}

func (s Story) change(p *page, w writer) {
	request := s.Card.Request
	p.pair(w.say("story.label.number"), strconv.FormatInt(request.ID, 10))
	p.pair(w.say("story.label.kind"), w.say("kind_short."+string(request.Kind)))
	if s.Card.Branch.Name != "" {
		p.pair(w.say("story.label.branch"), s.Card.Branch.Name)
	}
	p.pair(w.say("story.label.state"), w.say("state_short."+string(request.State)))
	p.pair(w.say("story.label.proposer"), s.Card.ProposerName)
	if s.Card.DeciderName != "" {
		p.pair(w.say("story.label.decider"), s.Card.DeciderName)
	}
	if paper := w.paper(s.Card.Proposal.Decision); paper != "" {
		p.pair(w.say("story.label.decision"), paper)
	}
	p.row++
	p.cells(p.head, w.say("story.column.field"), w.say("story.column.from"), w.say("story.column.to"))
	for _, diff := range s.Card.Diff {
		if !strings.HasPrefix(diff.Field, "decision") {
			p.cells(p.body, w.say("field."+diff.Field), w.rawOrNone(diff.Field, diff.From), w.rawOrNone(diff.Field, diff.To))
		}
	}
}

func (w writer) rawOrNone(field, value string) string {
	if value == "" {
		return "–"
	}
	return w.raw(field, value)
}

// history is the second sheet: a row an entry.
func (s Story) history(p *page, w writer) {
	p.widths(6, 16, 22, 16, 40, 28, 28, 24, 36)
	p.line(p.title, w.say("story.title."+s.Subject.Kind))
	p.row++
	p.cells(p.head, w.say("story.column.seq"), w.say("story.column.at"), w.say("story.column.who"),
		w.say("story.column.role"), w.say("story.column.what"),
		w.say("story.column.from"), w.say("story.column.to"), w.say("story.column.decision"), w.say("story.column.more"))
	top := p.row
	for _, entry := range s.Entries {
		from, to := w.fromTo(entry.Changed)
		p.cells(p.body, strconv.FormatInt(entry.Seq, 10), moment(entry.At), w.who(entry), w.role(entry.Role), w.what(entry),
			from, to, w.paper(entry.Decision), w.more(entry))
	}
	p.do(p.book.SetPanes(p.sheet, &excelize.Panes{Freeze: true, YSplit: top, TopLeftCell: fmt.Sprintf("A%d", top+1),
		ActivePane: "bottomLeft"}))
	p.do(p.book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: p.sheet,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", p.sheet, top, top)}))
}
