package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"strings"
	"testing"
)

func sample(places int) Chart {
	chart := Chart{
		Title: "Thông báo số 12", About: "Mời các chi hội trưởng họp lúc 8 giờ thứ Bảy tuần này tại hội trường phường, xin " +
			"đi đủ, đúng giờ", As: "Phường Bắc Hồng Lĩnh",
		Head: "Theo thôn", Legend: []Sample{{Good, "Đã xác nhận"}, {Bad, "Chưa đến được"}},
	}
	for _, tone := range []Tone{Plain, Good, Doubt, Bad, Silent} {
		chart.Figures = append(chart.Figures, Bar{"Đã gửi", "1/1250", 1250, []Part{{1, tone}}})
	}
	for i := range places {
		chart.Places = append(chart.Places, Bar{fmt.Sprint("Tổ dân phố ", i+1), "3/12", 12,
			[]Part{{3, Good}, {8, Silent}, {1, Bad}}})
	}
	if places > 0 {
		chart.Rest = "Và 7 thôn khác"
	}
	return chart
}

func opened(t *testing.T, chart Chart) image.Image {
	t.Helper()
	content, err := chart.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := chart.PNG(); err != nil || !bytes.Equal(content, again) {
		t.Errorf("drawn again, it is another picture, or %v", err)
	}
	if len(content) > 900<<10 {
		t.Errorf("%d bytes: a channel takes a million", len(content))
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// As wide as the other pictures, as tall as it has lines, and all of them inside.
func TestAChartHasRoomForItsBars(t *testing.T) {
	var before int
	for _, places := range []int{0, 1, 15} {
		chart := sample(places)
		picture := opened(t, chart)
		size := picture.Bounds().Size()
		if size.X != pictureWidth || size.Y != chart.height(2, min(places, 1)) || size.Y <= before {
			t.Errorf("%d places: %v", places, size)
		}
		before = size.Y
		pixels := image.NewRGBA(picture.Bounds())
		draw.Draw(pixels, pixels.Rect, picture, image.Point{}, draw.Src)
		seen := map[color.RGBA]bool{}
		for y := range size.Y {
			for x := range size.X {
				at := pixels.RGBAAt(x, y)
				if seen[at] = true; at != (color.RGBA{0xff, 0xff, 0xff, 0xff}) &&
					(y < 20 || y >= size.Y-20 || x < 20 || x >= size.X-20) {
					t.Fatalf("%d places: something is drawn at the edge, %d, %d", places, x, y)
				}
			}
		}
		for _, tone := range []color.RGBA{blue, green, amber, red, silver} { // one of 1,250 is still seen
			if !seen[tone] {
				t.Errorf("%d places: %v is not seen", places, tone)
			}
		}
	}
}

func TestABarHoldsItsParts(t *testing.T) {
	for _, bar := range []Bar{
		{Of: 3, Parts: []Part{{1, Good}, {1, Silent}, {1, Bad}}}, {Of: 3, Parts: []Part{{9, Good}, {9, Bad}}},
		{Of: 0, Parts: []Part{{1, Good}}}, {Of: 5, Parts: []Part{{-1, Good}}},
	} {
		c := newCanvas(400, 40)
		c.bar(bar, 50, 10, 300, 20)
		var row []color.RGBA
		for x := range 400 {
			row = append(row, c.RGBAAt(x, 20))
		}
		white := color.RGBA{0xff, 0xff, 0xff, 0xff}
		if row[49] != white || row[350] != white || slices.Contains(row[50:350], white) {
			t.Errorf("%+v leaves its track", bar)
		}
	}
	c := newCanvas(400, 40)
	c.bar(Bar{Of: 4, Parts: []Part{{1, Good}, {2, Silent}}}, 0, 0, 400, 40)
	for x, want := range map[int]color.RGBA{0: green, 99: green, 100: silver, 299: silver, 300: track} {
		if got := c.RGBAAt(x, 20); got != want {
			t.Errorf("at %d: %v, want %v", x, got, want)
		}
	}
}

func TestWordsAreWrapped(t *testing.T) {
	c, h := newCanvas(1, 1), hand{32, false, color.Black, left}
	for text, want := range map[string]int{"": 0, "Họp": 1, strings.Repeat("họp ", 20): 2, strings.Repeat("họp ", 200): 2,
		strings.Repeat("ư", 100) + " họp": 2} {
		lines := c.wrapped(h, 900, 2, text)
		if len(lines) != want {
			t.Errorf("%.20q takes %d lines, want %d", text, len(lines), want)
		}
		for _, line := range lines {
			if strings.Contains(line, " ") && c.width(h, line) > 900 {
				t.Errorf("%q is too wide", line)
			}
		}
	}
	if lines := c.wrapped(h, 900, 2, strings.Repeat("họp ", 200)); !strings.HasSuffix(lines[1], "họp …") {
		t.Errorf("cut off without a sign: %q", lines[1])
	}
}
