package notice

import (
	"context"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
	"canbobot/services/vn"
)

// Say finds the words of a sheet: notice_sheet.COLUMN, notice_state.STATE,
// notice_answer.yes and no, unreached.REASON.
type Say func(key string, fields map[string]any) string

// Report is the sheet of what became of a notice at each of its people: those
// who are to be telephoned first.
type Report struct {
	Content []byte // .xlsx
	People  int
	ToCall  int
}

var reportColumns = []struct {
	name  string
	width float64
}{{"number", 6}, {"name", 28}, {"titles", 48}, {"phone", 16}, {"state", 26}, {"answer", 12}, {"why", 40}}

// Report writes it. That it was taken is written down.
func (o *Outcomes) Report(ctx context.Context, actor services.Actor, id int64, say Say) (Report, error) {
	if err := actor.Need(senders...); err != nil {
		return Report{}, err
	}
	var report Report
	err := o.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		all, notice, err := o.fates(tx, actor, id)
		if err != nil {
			return err
		}
		if notice.SentAt == nil {
			return services.Conflict("notice_unsent")
		}
		var toCall, rest []Named
		for _, one := range all {
			if one.State == models.DeliveryConfirmed || !notice.NeedsConfirm && reached(one.State) {
				rest = append(rest, one)
			} else {
				toCall = append(toCall, one)
			}
		}
		report.People, report.ToCall = len(all), len(toCall)
		if report.Content, err = drawReport(append(toCall, rest...), notice, say); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		look := journal.Look{Action: "notice.reported", Subject: subject(id), Detail: journal.Detail{"people": len(all)}}
		for _, one := range all {
			look.People = append(look.People, one.Person)
		}
		return o.audit.Look(tx, actor, look)
	})
	return report, err
}

func reached(state models.DeliveryState) bool {
	switch state {
	case models.DeliverySent, models.DeliveryDelivered, models.DeliverySeen, models.DeliveryUncertain:
		return true
	}
	return false
}

func drawReport(people []Named, notice models.Notice, say Say) ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	sheet := say("notice_sheet.sheet", nil)
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	if err != nil {
		return nil, err
	}
	stream, err := book.NewStreamWriter(sheet)
	if err != nil {
		return nil, err
	}
	head := make([]any, len(reportColumns))
	for i, column := range reportColumns {
		if err := stream.SetColWidth(i+1, i+1, column.width); err != nil {
			return nil, err
		}
		head[i] = excelize.Cell{StyleID: bold, Value: say("notice_sheet."+column.name, nil)}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3",
		ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	title := say("notice_sheet.title", map[string]any{"number": notice.ID, "text": firstLine(notice.Text)})
	if err := stream.SetRow("A1", []any{excelize.Cell{StyleID: bold, Value: harmless(title)}}); err != nil {
		return nil, err
	}
	if err := stream.SetRow("A2", head); err != nil {
		return nil, err
	}
	for i, one := range people {
		why := one.Why
		if one.State == models.DeliveryFailed || one.State == models.DeliveryUnreachable {
			why = say("unreached."+one.Reason, nil)
		}
		answer := ""
		if one.Answer != "" {
			answer = say("notice_answer."+one.Answer, nil)
		}
		row := []any{i + 1, harmless(one.Name), harmless(one.Titles), harmless(vn.FormatPhone(one.Phone)),
			say("notice_state."+string(one.State), nil), answer, harmless(why)}
		if err := stream.SetRow(fmt.Sprintf("A%d", i+3), row); err != nil {
			return nil, err
		}
	}
	if err := stream.Flush(); err != nil {
		return nil, err
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return line
}

// harmless keeps a text from being taken for a formula, here and wherever the
// sheet is saved to later.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
