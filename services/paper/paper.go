// Package paper draws what a payment list is on paper: the list itself, the
// sheet that the bank transfers from, and the list that cash is signed on. It
// never reckons a list: the rows are those that it has, and unless they add up to
// the list's total nothing is drawn. Before it is approved they are a draft, and
// say so; what pays is drawn of an approved list only.
// It also draws an officer's year and the ward's, as services/list and services/year
// tell them, and a Chart of figures that others have counted.
//
// The words of the forms are handed in. The same list gives the same bytes.
package paper

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/roster"
	"canbobot/services/year"
)

// Words are the language of the forms.
type Words struct {
	Say   func(key string, fields map[string]any) string // "" for a key without words
	Spell func(amount int64) string                      // an amount in words, for 0 to 10^15
}

// Format is what a list is drawn as.
type Format string

const (
	XLSX Format = "xlsx"
	PDF  Format = "pdf"
	PNG  Format = "png"
)

// MIME is the kind of file that a format is.
func (f Format) MIME() string {
	switch f {
	case PDF:
		return "application/pdf"
	case PNG:
		return "image/png"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Paper is a file to print, or to hand to the bank.
type Paper struct {
	Name    string
	MIME    string
	Content []byte
	People  int   // who is paid by it
	Total   int64 // đồng that it pays
	// Apart counts those whom it does not pay but lists: a debt that is carried,
	// or an account that is no longer the one that was approved.
	Apart int
}

// Service draws papers. Every method checks the actor's role and ward.
type Service struct {
	store    *models.Store
	roster   *roster.Service
	list     *list.Service
	year     *year.Service
	identity *identity.Service
	audit    *journal.Service
	clock    services.Clock
}

func New(store *models.Store, roster *roster.Service, list *list.Service, year *year.Service,
	identity *identity.Service, audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, roster: roster, list: list, year: year, identity: identity, audit: audit, clock: clock}
}

// List draws the payment list: all of it and, where several sources pay, each
// source's part; the totals by village and by organization; and apart who is
// paid nothing because a debt is carried. Account numbers are shown by their
// tails. For a clerk or leader; rows that do not add up are conflict/run_changed.
// Who is to sign a list reads it here first, marked as a draft.
func (s *Service) List(ctx context.Context, actor services.Actor, run int64, format Format, words Words) (Paper,
	error) {
	if format != XLSX && format != PDF {
		return Paper{}, services.Invalid("paper")
	}
	g, err := s.gather(ctx, actor, run, false)
	if err != nil {
		return Paper{}, err
	}
	w := writer{words}
	document := g.list(w)
	draw := document.workbook
	if format == PDF {
		draw = document.pdf
	}
	content, err := draw()
	if err != nil {
		return Paper{}, fmt.Errorf("payment list %d: %w", run, err)
	}
	paper := Paper{
		Name: w.say("payform.file."+g.kind(), "month", g.fileMonth()) + "." + string(format), MIME: format.MIME(),
		Content: content, People: g.run.People, Total: g.run.Total, Apart: len(g.carried),
	}
	return paper, s.record(ctx, actor, "run.listed", g, paper, "")
}

var transferring = services.Guard("run.transfer_listed", "whole account numbers of all leave the house")

// transferred draws a paper with the account numbers of all who are paid to one.
// It wants a fresh code (denied/step_up). Who has another account than when the
// list was frozen is listed apart and not paid: nobody approved that account.
func (s *Service) transferred(ctx context.Context, actor services.Actor, run int64, source, name string, words Words,
	draw func(*gathered, writer, transfers) document) (Paper, error) {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return Paper{}, err
	}
	if err := s.identity.RequireFresh(ctx, nil, actor, transferring); err != nil {
		return Paper{}, err
	}
	g, err := s.gather(ctx, actor, run, true)
	if err != nil {
		return Paper{}, err
	}
	if err := g.knows(source); err != nil {
		return Paper{}, err
	}
	transfers, err := s.accounts(ctx, actor, g, source)
	if err != nil {
		return Paper{}, err
	}
	w := writer{words}
	content, err := draw(g, w, transfers).workbook()
	if err != nil {
		return Paper{}, fmt.Errorf("%s of list %d: %w", name, run, err)
	}
	return Paper{
		Name: w.say("payform.file."+name, "month", g.fileMonth()) + suffix(source) + ".xlsx", MIME: XLSX.MIME(),
		Content: content, People: len(transfers.sure), Total: transfers.total, Apart: len(transfers.changed),
	}, nil
}

// Transfer draws the sheet that the bank transfers from, with account numbers
// in full; source is whose money it is of, "" for all.
func (s *Service) Transfer(ctx context.Context, actor services.Actor, run int64, source string, words Words) (Paper,
	error) {
	return s.transferred(ctx, actor, run, source, "transfer", words,
		func(g *gathered, w writer, t transfers) document { return g.transfer(w, source, t) })
}

// Form is Transfer under the headings of a bank's own form, which the ward has sent.
func (s *Service) Form(ctx context.Context, actor services.Actor, run, form int64, words Words) (Paper, error) {
	row, err := services.Take[models.BankForm](s.store.WithContext(ctx), actor, "bank_form", form)
	if err != nil {
		return Paper{}, err
	}
	return s.transferred(ctx, actor, run, "", "transfer", words,
		func(g *gathered, w writer, t transfers) document { return g.inForm(w, row, t) })
}

// Cash draws the list that those sign who have no account, by village; source
// is whose money it is of, "" for all.
func (s *Service) Cash(ctx context.Context, actor services.Actor, run int64, source string, words Words) (Paper,
	error) {
	g, err := s.gather(ctx, actor, run, true)
	if err != nil {
		return Paper{}, err
	}
	if err := g.knows(source); err != nil {
		return Paper{}, err
	}
	w := writer{words}
	document, people, total := g.cash(w, source)
	content, err := document.workbook()
	if err != nil {
		return Paper{}, fmt.Errorf("cash list %d: %w", run, err)
	}
	paper := Paper{
		Name: w.say("payform.file.cash", "month", g.fileMonth()) + suffix(source) + ".xlsx", MIME: XLSX.MIME(),
		Content: content, People: people, Total: total, Apart: len(g.carried),
	}
	return paper, s.record(ctx, actor, "run.cash_listed", g, paper, source)
}

func suffix(source string) string {
	if source == "" {
		return ""
	}
	return "-" + source
}

// record notes in the journal who took which paper, and who stands on it.
func (s *Service) record(ctx context.Context, actor services.Actor, action string, g *gathered, paper Paper,
	source string) error {
	look := g.look(action, paper.People, paper.Total, source)
	for _, line := range append(slices.Clip(g.lines), g.carried...) {
		look.People = append(look.People, line.PersonID)
	}
	actor.Ward = g.run.WardID
	return s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return s.audit.Look(tx, actor, look) })
}

// look is what the journal is told of a paper; who stands on it is still to be
// said.
func (g *gathered) look(action string, people int, total int64, source string) journal.Look {
	return journal.Look{Action: action, Subject: fmt.Sprintf("run:%d", g.run.ID), Detail: journal.Detail{
		"month": g.run.Month, "people": people, "total": total, "what": source,
		"hash": fmt.Sprintf("%x", g.run.ContentHash),
	}}
}

// writer puts keys into words.
type writer struct{ words Words }

func (w writer) say(key string, fields ...any) string {
	filled := make(map[string]any, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		filled[fields[i].(string)] = fields[i+1]
	}
	return w.words.Say(key, filled)
}

// source names whose money it is.
func (w writer) source(code string) string {
	switch code {
	case "":
		return w.say("payform.source.all")
	case "town":
		return w.say("payform.source.town")
	case "province":
		return w.say("payform.source.province")
	}
	return code
}
