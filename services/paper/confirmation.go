package paper

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/qr"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/vn"
)

// Confirmed is what a confirmation says of somebody: the posts that they hold, or
// one payment that they had.
type Confirmed struct {
	Kind     models.ConfirmationKind
	Ward     models.Ward
	Number   int64
	IssuedAt time.Time
	Until    time.Time // it can be checked for so long
	Name     string
	Posts    []Held
	Month    models.Month // of the list that paid
	Amount   int64
	PaidOn   models.Date
	// Address opens the page that says whether the paper is true; "" where there is
	// none: the paper then says who can be asked.
	Address string
}

// Held is a post that somebody holds.
type Held struct {
	Title, Unit string
	Since       models.Date
}

// Confirm draws a confirmation to print or to show.
func Confirm(c Confirmed, words Words) (Paper, error) {
	w := writer{words}
	ward := c.Ward.Kind + " " + c.Ward.Name
	on := models.DateOf(c.IssuedAt.In(services.Zone))
	p := newSheaf("P", c.IssuedAt.UTC())
	p.AddPage()
	p.SetMargins(2*edge, edge, 2*edge)
	p.SetX(2 * edge)
	span := 210 - 4*edge
	p.heads([]string{strings.ToUpper(w.say("payform.head.office", "ward", ward)),
		w.say("confirmform.number", "number", c.Number)},
		[]string{w.say("payform.head.state"), w.say("payform.head.motto")}, 2*edge, span)
	p.Ln(12)
	p.paragraph("B", 14, "C", w.say("confirmform.title."+string(c.Kind)))
	p.Ln(8)
	p.paragraph("", 12, "L", w.say("confirmform.opening", "ward", ward, "date", date(on)))
	p.paragraph("B", 13, "L", w.say("confirmform.name", "name", c.Name))
	if c.Kind == models.ConfirmsOffice {
		for _, post := range c.Posts {
			p.paragraph("", 12, "L", w.say("confirmform.post", "title", post.Title, "unit", post.Unit, "since",
				date(post.Since)))
		}
	} else {
		p.paragraph("", 12, "L", w.say("confirmform.paid", "month", shortMonth(c.Month), "amount", vn.Dots(c.Amount),
			"words", words.Spell(c.Amount), "date", date(c.PaidOn)))
	}
	p.Ln(2)
	p.paragraph("", 12, "L", w.say("confirmform.asked"))
	p.Ln(8)
	p.endorsed(w, c, on, span)
	p.Ln(30)
	if err := p.checked(w, c, ward, span); err != nil {
		return Paper{}, err
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return Paper{}, fmt.Errorf("confirmation %d: %w", c.Number, err)
	}
	return Paper{Name: w.say("confirmform.file."+string(c.Kind), "number", c.Number) + ".pdf", MIME: PDF.MIME(),
		Content: out.Bytes(), People: 1, Total: c.Amount}, nil
}

func (p *sheaf) paragraph(style string, size float64, align, text string) {
	p.SetFont(typeface, style, size)
	p.MultiCell(0, size*0.55, printable(text), "", align, false)
	p.Ln(1.5)
}

// endorsed leaves room for who signs, where whom it is shown to wants that.
func (p *sheaf) endorsed(w writer, c Confirmed, on models.Date, span float64) {
	for _, row := range []struct {
		style, text string
		size        float64
	}{
		{"", w.say("payform.sign.place", "ward", c.Ward.Name, "day", fmt.Sprintf("%02d", on.Day), "month",
			fmt.Sprintf("%02d", on.Month), "year", on.Year), 11},
		{"B", w.say("confirmform.endorsed"), 11}, {"", w.say("confirmform.hint"), 9},
	} {
		p.SetX(2*edge + span/2)
		p.SetFont(typeface, row.style, row.size)
		p.CellFormat(span/2, 6, printable(row.text), "", 1, "C", false, 0, "")
	}
}

// checked says how the paper is checked: by its square and the address beside it,
// which a person can compare, or by asking the ward.
func (p *sheaf) checked(w writer, c Confirmed, ward string, span float64) error {
	if c.Address == "" {
		p.paragraph("", 10, "L", w.say("confirmform.ask", "ward", ward, "number", c.Number))
		return nil
	}
	const side = 38.0
	x, y := 2*edge, p.GetY()
	if err := scannable(p.Fpdf, c.Address, x, y, side); err != nil {
		return fmt.Errorf("confirmation %d: %w", c.Number, err)
	}
	site := c.Address[:strings.LastIndex(c.Address, "/")+1]
	p.SetFont(typeface, "", 10)
	p.SetY(y + 4)
	for text := range strings.Lines(w.say("confirmform.scan", "site", site, "until",
		date(models.DateOf(c.Until.In(services.Zone))))) {
		p.SetX(x + side + 4)
		p.MultiCell(span-side-4, 5.5, printable(text), "", "L", false)
	}
	return nil
}

// scannable draws a text as a square that phones read, sharp at any size, with the
// white around it that they need to find it.
func scannable(p *fpdf.Fpdf, text string, x, y, side float64) error {
	const white = 4 // modules, as the standard wants
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return err
	}
	count := code.Bounds().Dx()
	module := side / float64(count+2*white)
	p.SetFillColor(0, 0, 0)
	for row := range count {
		for column := range count {
			if code.At(column, row) == color.Black {
				p.Rect(x+float64(column+white)*module, y+float64(row+white)*module, module, module, "F")
			}
		}
	}
	return nil
}
