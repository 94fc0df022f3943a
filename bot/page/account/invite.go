package account

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/services"
)

// invitePerson issues a one-time code, as text and as a picture to scan.
func (p *Page) invitePerson(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	actor, id := turn.Speaker.Actor, kit.Number(turn.Arg(0))
	person, err := p.Roster.Person(ctx, actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	code, invite, err := p.Identity.Invite(ctx, actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("invite.title"))
	lines.Say("invite.text", "name", person.Name, "code", code, "until", invite.ExpiresAt)
	for _, link := range p.Links() {
		address := strings.ReplaceAll(link.Pattern, "%s", code)
		lines.Say("invite.link", "channel", p.Say("channel."+link.Channel), "address", address)
		picture, err := squareCode(address)
		if err != nil {
			return bot.Reply{}, services.Unavailable("picture").Because(err)
		}
		lines.Files = append(lines.Files, bot.File{Name: "ma-moi-" + link.Channel + ".png", MIME: "image/png",
			Content: picture})
	}
	return lines.End(), nil
}

// squareCode draws text as a square that phones read, with the white around it
// that they need to find it.
func squareCode(text string) ([]byte, error) {
	const side, white = 512, 48
	square, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	if square, err = barcode.Scale(square, side-2*white, side-2*white); err != nil {
		return nil, err
	}
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	draw.Draw(picture, square.Bounds().Add(image.Pt(white, white)), square, image.Point{}, draw.Src)
	var out bytes.Buffer
	err = png.Encode(&out, picture)
	return out.Bytes(), err
}

// unlinkPerson cuts every channel of a person: a lost phone.
func (p *Page) unlinkPerson(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	id := kit.Number(turn.Arg(0))
	if turn.Arg(1) != "yes" {
		return p.Tell(p.Say("unlink.person_ask"), kit.Negative(p.Button("unlink_yes", "unlinkperson", id, "yes"))), nil
	}
	return p.Tell(p.Say("unlink.person_done"), p.Button("invite", "invite", id)),
		p.Identity.UnlinkPerson(ctx, turn.Speaker.Actor, id)
}
