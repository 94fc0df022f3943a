package command

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/privacy"
	"canbobot/services/ward"
)

type breachCommand struct {
	Add    breachAddCommand    `cmd:"" help:"Enter a breach; the authority is to hear of it within 72 hours."`
	List   breachListCommand   `cmd:"" help:"List a ward's ledger, what is open first."`
	Report breachReportCommand `cmd:"" help:"Note that the authority has heard of one."`
	Close  breachCloseCommand  `cmd:"" help:"Note what was done about one, and that it is over."`
}

type breachAddCommand struct {
	What string `arg:"" help:"What happened."`
	Whom string `help:"Whom it concerns, and how many." required:"" placeholder:"WHO"`
	Ago  int    `help:"How many hours ago it was found." default:"0"`
	Ward string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (breachAddCommand) Help() string {
	return `Example: canbobot breach add "Mất máy tính" --whom "400 cán bộ" --ward bac-hong-linh`
}

func (c breachAddCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		row, err := ward.Privacy.AddBreach(p.ctx, actor, privacy.Found{What: c.What, Whom: c.Whom,
			At: p.clock().Add(-time.Duration(c.Ago) * time.Hour)})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "breach %d: report it until %s\n", row.ID, texts.Moment(row.DueBy))
		return err
	})
}

type breachListCommand struct {
	Ward string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (breachListCommand) Help() string { return "Example: canbobot breach list --ward bac-hong-linh" }

func (c breachListCommand) Run(p *process) error {
	return p.inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		rows, err := ward.Privacy.Breaches(p.ctx, actor)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
		for _, row := range rows {
			state := "report until " + texts.Moment(row.DueBy)
			switch {
			case row.ClosedAt != nil:
				state = "closed " + texts.Moment(*row.ClosedAt)
			case row.ReportedAt != nil:
				state = "reported " + texts.Moment(*row.ReportedAt)
			}
			fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\n", row.ID, row.What, row.Whom, state, row.Measures)
		}
		return out.Flush()
	})
}

type breachReportCommand struct {
	Breach int64  `arg:"" help:"Its number."`
	Ward   string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (breachReportCommand) Help() string {
	return "Example: canbobot breach report 1 --ward bac-hong-linh"
}

func (c breachReportCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Privacy.ReportBreach(p.ctx, actor, c.Breach)
	})
}

type breachCloseCommand struct {
	Breach   int64  `arg:"" help:"Its number."`
	Measures string `help:"What was done about it." required:"" placeholder:"WORDS"`
	Ward     string `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (breachCloseCommand) Help() string {
	return `Example: canbobot breach close 1 --measures "Đã đổi khoá" --ward bac-hong-linh`
}

func (c breachCloseCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Privacy.CloseBreach(p.ctx, actor, c.Breach, c.Measures)
	})
}

type wardAccountsCommand struct {
	NotOn []string `help:"Channels, by commas; none lets numbers be typed everywhere." placeholder:"CHANNELS"`
	Ward  string   `help:"Code of the ward; may be left out where there is only one." placeholder:"CODE"`
}

func (wardAccountsCommand) Help() string {
	return "Example: canbobot ward accounts --not-on telegram --ward bac-hong-linh"
}

func (c wardAccountsCommand) Run(p *process) error {
	words, err := p.words()
	if err != nil {
		return err
	}
	for _, name := range c.NotOn {
		if !words.Has("channel." + name) {
			return usageError{fmt.Errorf("%q is no channel", name)}
		}
	}
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Privacy.SetAccountsNotOn(p.ctx, actor, c.NotOn)
	})
}

type retentionCommand struct {
	Days int `help:"Count what was removed within so many days." default:"30"`
}

func (retentionCommand) Help() string {
	return "What is not listed is kept: the law obliges to.\n\nExample: canbobot retention --days 90"
}

func (c retentionCommand) Run(p *process) error {
	return p.withWard(func(one *ward.Services) error {
		gone, err := one.Privacy.Removed(p.ctx, p.clock().AddDate(0, 0, -c.Days))
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
		for _, purge := range ward.Purges {
			fmt.Fprintln(out, strings.Join([]string{purge.Name, purge.What,
				fmt.Sprint(purge.Kept.Hours()/24, " days"), fmt.Sprint(gone[purge.Name], " removed"), purge.Basis}, "\t"))
		}
		return out.Flush()
	})
}
