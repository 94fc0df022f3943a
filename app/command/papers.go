package command

import (
	"fmt"

	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/paper"
	"canbobot/services/ward"
)

type papersCommand struct {
	Month  string `required:"" help:"The list's month, as yyyy-mm." placeholder:"MONTH"`
	Paper  string `help:"${paper}" enum:"${papers}" default:"list" placeholder:"PAPER"`
	Source string `help:"Of transfer, treasury and cash only what this source pays: town, province ..." placeholder:"CODE"`
	Ward   string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
	Sign   bool   `help:"Write its signature beside it, for canbobot verify."`
	Out    string `arg:"" help:"The file to write; it must not exist." type:"path"`
}

func (papersCommand) Help() string {
	return "The list must be approved. The journal notes who took which paper; transfer and treasury have account " +
		"numbers in full.\n\n" +
		"Example: canbobot papers --ward bac-hong-linh --month 2026-04 --paper transfer chuyen-khoan.xlsx"
}

func (c papersCommand) Run(p *process) error {
	month, err := models.ParseMonth(c.Month)
	if err != nil {
		return usageError{err}
	}
	words, err := p.words()
	if err != nil {
		return err
	}
	form := paper.Words{Say: sayer(words), Spell: texts.InWords}
	return p.inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		runs, err := ward.List.Runs(p.ctx, actor)
		if err != nil {
			return err
		}
		run := int64(0)
		for _, one := range runs {
			if one.Month == month {
				run = one.ID
			}
		}
		if run == 0 {
			return usageError{fmt.Errorf("the ward has no payment list of %s", c.Month)}
		}
		var drawn paper.Paper
		switch c.Paper {
		case "list":
			drawn, err = ward.Papers.List(p.ctx, actor, run, paper.XLSX, form)
		case "pdf":
			drawn, err = ward.Papers.List(p.ctx, actor, run, paper.PDF, form)
		case "transfer":
			drawn, err = ward.Papers.Transfer(p.ctx, actor, run, c.Source, form)
		case "treasury":
			drawn, err = ward.Papers.Treasury(p.ctx, actor, run, c.Source, form)
		case "booking":
			drawn, err = ward.Papers.Booking(p.ctx, actor, run, form)
		case "cash":
			drawn, err = ward.Papers.Cash(p.ctx, actor, run, c.Source, form)
		}
		if err != nil {
			return said(words, err)
		}
		if err := writeNew(c.Out, drawn.Content); err != nil {
			return err
		}
		if c.Sign {
			if err := writeNew(c.Out+".sig.txt", ward.Signed.Detach(drawn.Content)); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(p.stdout, "%d people, %d dong in %s; %d listed apart\n", drawn.People, drawn.Total, c.Out,
			drawn.Apart)
		return err
	})
}
