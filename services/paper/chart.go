package paper

import "image/color"

// Chart is a picture of bars: figures on top, and below them places of which
// each has a line. Its words come ready.
type Chart struct {
	Title   string
	About   string // takes two lines at most
	As      string // whose it is and of when, in small letters
	Figures []Bar
	Head    string // above the places
	Legend  []Sample
	Places  []Bar
	Rest    string // says what of the places is left out
}

// Bar is a figure with its words. All of it stands for Of, and the parts, from
// the left, for some of that.
type Bar struct {
	Label, Value string
	Of           int
	Parts        []Part
}

// Part is a stretch of a bar.
type Part struct {
	Amount int
	Tone   Tone
}

// Sample says what a tone stands for.
type Sample struct {
	Tone Tone
	Says string
}

// Tone is what a stretch of a bar tells before anybody has read it.
type Tone string

const (
	Plain  Tone = "plain"  // a figure, neither good nor bad
	Good   Tone = "good"   // it is done
	Doubt  Tone = "doubt"  // somebody may want to look
	Bad    Tone = "bad"    // somebody must do something
	Silent Tone = "silent" // nothing has happened yet
)

func (t Tone) color() color.Color {
	switch t {
	case Good:
		return green
	case Doubt:
		return amber
	case Bad:
		return red
	case Silent:
		return silver
	}
	return blue
}

const (
	chartMargin = 48
	chartWidth  = pictureWidth - 2*chartMargin
	figureTall  = 108
	placeTall   = 64
	legendTall  = 52
	square      = 30 // of the legend
)

var (
	aboutHand  = hand{38, false, ink, left}
	legendHand = hand{30, false, ink, left}
)

// PNG draws the chart; it is as tall as it has bars.
func (chart Chart) PNG() ([]byte, error) {
	scratch := newCanvas(1, 1)
	about := scratch.wrapped(aboutHand, chartWidth, 2, chart.About)
	legend := scratch.legend(chart.Legend)
	c := newCanvas(pictureWidth, chart.height(len(about), len(legend)))
	y := 84
	c.text(hand{52, true, ink, left}, chartMargin, y, chartWidth, chart.Title)
	y += 8
	for _, line := range about {
		y += 50
		c.text(aboutHand, chartMargin, y, chartWidth, line)
	}
	y += 54
	c.text(hand{32, false, faint, left}, chartMargin, y, chartWidth, chart.As)
	y += 24
	for _, bar := range chart.Figures {
		c.text(hand{42, true, ink, right}, pictureWidth-chartMargin, y+50, 280, bar.Value)
		c.text(hand{36, false, ink, left}, chartMargin, y+50, chartWidth-300, bar.Label)
		c.bar(bar, chartMargin, y+64, chartWidth, 26)
		y += figureTall
	}
	if len(chart.Places) > 0 {
		y += 26
		c.fill(chartMargin, y, chartWidth, 3, rule)
		y += 62
		c.text(hand{40, true, ink, left}, chartMargin, y, chartWidth, chart.Head)
		y += 16
		for _, row := range legend {
			for _, one := range row {
				c.fill(one.x, y+14, square, square, one.Tone.color())
				c.text(legendHand, one.x+square+14, y+40, chartWidth-square-14, one.Says)
			}
			y += legendTall
		}
		y += 14
		for _, bar := range chart.Places {
			c.text(hand{34, false, ink, left}, chartMargin, y+44, 380, bar.Label)
			c.bar(bar, chartMargin+400, y+16, 420, 36)
			c.text(hand{36, true, ink, right}, pictureWidth-chartMargin, y+46, 150, bar.Value)
			y += placeTall
		}
		if chart.Rest != "" {
			c.text(hand{32, false, faint, left}, chartMargin, y+48, chartWidth, chart.Rest)
		}
	}
	return c.png()
}

// height is that of a chart whose words take so many lines.
func (chart Chart) height(about, legend int) int {
	tall := 84 + 8 + 50*about + 54 + 24 + figureTall*len(chart.Figures) + 40
	if len(chart.Places) > 0 {
		tall += 26 + 62 + 16 + legendTall*legend + 14 + placeTall*len(chart.Places)
		if chart.Rest != "" {
			tall += placeTall
		}
	}
	return tall
}

// bar draws the parts one after the other. The least of them can still be seen.
func (c *canvas) bar(bar Bar, x, y, width, tall int) {
	const least = 6
	c.fill(x, y, width, tall, track)
	sum, from := 0, 0
	for _, part := range bar.Parts {
		if part.Amount <= 0 || bar.Of <= 0 {
			continue
		}
		sum += part.Amount
		to := min(max(width*sum/bar.Of, from+least), width)
		c.fill(x+from, y, to-from, tall, part.Tone.color())
		from = to
	}
}

type placedSample struct {
	Sample
	x int
}

// legend lays samples out in rows.
func (c *canvas) legend(samples []Sample) (rows [][]placedSample) {
	x := pictureWidth
	for _, sample := range samples {
		wide := square + 14 + c.width(legendHand, sample.Says)
		if x+wide > pictureWidth-chartMargin {
			rows, x = append(rows, nil), chartMargin
		}
		last := len(rows) - 1
		rows[last] = append(rows[last], placedSample{sample, x})
		x += wide + 40
	}
	return rows
}
