package money

import (
	"context"
	"fmt"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/outbox"
	"canbobot/services/signed"
)

// Register puts lists that are signed by a token into the book.
func (p *Signing) Register(b *kit.Book) {
	card := kit.Card[signed.Card]{Read: p.Signed.Certificates.Show, Draw: p.drawCertificate}
	waits := func(card signed.Card) bool { return card.State == models.CertificateAsked }
	b.Screen("signout", p.handOut, kit.Staff, kit.Inner)
	b.Screen("signedget", p.handBack, kit.Staff, kit.Inner)
	b.Screen("cert", card.Open, kit.Staff, kit.Inner)
	b.Screen("certask", p.propose, kit.Staff, kit.Inner)
	b.Screen("certyes", card.Step(p.Signed.Certificates.Approve), kit.Staff, kit.Inner)
	b.Screen("certno", card.Step(p.Signed.Certificates.Refuse), kit.Staff, kit.Inner)
	b.Screen("certback", card.Step(p.Signed.Certificates.Withdraw), kit.Staff, kit.Inner)
	b.Screen("certend", card.Step(p.Signed.Certificates.End), kit.Staff, kit.Inner)
	b.Message(outbox.CertificateAsked, card.Waits(p.Say("told.certificate_asked"), waits))
	b.Message(outbox.CertificateWaiting, card.Waits(p.Say("told.certificate_waiting"), waits))
	b.Message(outbox.CertificateDecided, card.Waits(p.Say("told.certificate_decided"),
		func(signed.Card) bool { return true }))
	b.Card(outbox.Certificate, card.For)
	b.Take(p.take)
}

// handOut gives a list's PDF to be signed.
func (p *Signing) handOut(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run := kit.Number(turn.Arg(0))
	drawn, err := p.Signed.Offer(ctx, turn.Speaker.Actor, run, words(p.Kit))
	if err != nil {
		return bot.Reply{}, err
	}
	lines := p.Private(p.Say("signed.out"))
	lines.Say("signed.out_how")
	lines.Files = file(drawn)
	lines.Row(p.Button("run_papers", "runpapers", run), p.Button("back_to_run", "run", run))
	return lines.Done(), nil
}

// handBack gives out the list as it was signed.
func (p *Signing) handBack(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	run := kit.Number(turn.Arg(0))
	content, err := p.Signed.File(ctx, turn.Speaker.Actor, run)
	lines := p.Private(p.Say("signed.file"))
	lines.Files = []bot.File{{Name: p.Say("signed.file_name", "number", run), MIME: "application/pdf", Content: content}}
	lines.Row(p.Button("run_papers", "runpapers", run), p.Button("back_to_run", "run", run))
	return lines.Done(), err
}

// take takes a list that was signed; other files are others'.
func (p *Signing) take(ctx context.Context, turn bot.Turn) (bot.Reply, bool, error) {
	sent := turn.In.Attachment
	if sent.Kind != bot.Document || !strings.HasSuffix(strings.ToLower(sent.Name), ".pdf") ||
		turn.Speaker.Actor.Need(services.Clerk, services.Leader) != nil || sent.Size > signed.MaxFile {
		return bot.Reply{}, false, nil
	}
	content, err := turn.Fetch(ctx, signed.MaxFile)
	if err != nil {
		return bot.Reply{}, true, err
	}
	got, err := p.Signed.Receive(ctx, turn.Speaker.Actor, content)
	if services.KindOf(err) == services.KindNotFound && services.CodeOf(err) == "signed_list" {
		return bot.Reply{}, false, nil
	}
	if err != nil {
		return bot.Reply{}, true, err
	}
	if got.Unknown != 0 {
		reply, err := p.certificate(ctx, turn.Speaker.Actor, got.Unknown)
		return reply, true, err
	}
	lines := p.Private(p.Say("signed.taken", "month", got.Run.Month))
	lines.Say("signed.by", "name", got.Subject)
	lines.Row(p.Button("run_papers", "runpapers", got.Run.ID), p.Button("back_to_run", "run", got.Run.ID))
	return lines.Done(), true, nil
}

func (p *Signing) certificate(ctx context.Context, actor services.Actor, id int64) (bot.Reply, error) {
	card, err := p.Signed.Certificates.Show(ctx, actor, id)
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawCertificate(actor, card), nil
}

func (p *Signing) propose(ctx context.Context, turn bot.Turn) (bot.Reply, error) {
	card, err := p.Signed.Certificates.Propose(ctx, turn.Speaker.Actor, kit.Number(turn.Arg(0)))
	if err != nil {
		return bot.Reply{}, err
	}
	return p.drawCertificate(turn.Speaker.Actor, card), nil
}

func (p *Signing) drawCertificate(_ services.Actor, card signed.Card) bot.Reply {
	waits := card.State == models.CertificateAsked
	lines := p.Private(p.Say("certificate.title", "name", card.Subject))
	lines.Card = bot.Card{Subject: outbox.Certificate, ID: card.ID, Version: card.Version}
	lines.Say("certificate.valid", "from", models.DateOf(card.ValidFrom.In(services.Zone)), "to",
		models.DateOf(card.ValidTo.In(services.Zone)))
	lines.Say("certificate.print", "print", fingerprint(card.Fingerprint))
	lines.Say("certificate.state." + string(card.State))
	lines.Add(p.StandInLines(card.Approval, waits)...)
	args := []any{card.ID, card.Version}
	switch {
	case waits && card.WhyNot == "":
		lines.Row(kit.Positive(p.Button("certificate_yes", "certyes", args...)),
			kit.Negative(p.Button("certificate_no", "certno", args...)))
	case waits && card.Approval.MayTakeBack:
		lines.Row(kit.Negative(p.Button("take_back", "certback", args...)))
	case card.State == models.CertificateAgreed:
		lines.Row(kit.Negative(p.Button("certificate_end", "certend", args...)))
	case !waits:
		lines.Row(p.Button("certificate_ask", "certask", card.ID))
	}
	return lines.End()
}

// fingerprint is how a token's own program shows it, as much of it as two people
// compare by eye.
func fingerprint(sum []byte) string {
	return strings.TrimSpace(strings.ToUpper(fmt.Sprintf("% x", sum[:min(len(sum), 10)])))
}
