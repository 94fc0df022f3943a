package command

import (
	"canbobot/app/sample"
	"canbobot/config"
	"canbobot/services/ward"
	"fmt"
)

type secretCommand struct{}

func (secretCommand) Help() string { return "Example: SECRET_KEY=$(canbobot secret) canbobot migrate" }

func (secretCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, config.NewSecret())
	return err
}

type migrateCommand struct{}

func (migrateCommand) Help() string { return "Example: DATABASE_URL=postgres://... canbobot migrate" }

func (migrateCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		if err := ward.Store.Migrate(p.ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "tables are up to date (%s)\n", ward.Store.Dialect)
		return err
	})
}

type sampleCommand struct {
	Load sampleLoadCommand `cmd:"" help:"Put the sample of Hồng Lĩnh into the configured, empty database."`
}

type sampleLoadCommand struct{}

func (sampleLoadCommand) Help() string {
	return "Example: DATABASE_URL=postgres://... canbobot sample load"
}

func (sampleLoadCommand) Run(p *process) error {
	return p.withWard(func(ward *ward.Services) error {
		if err := ward.Store.Migrate(p.ctx); err != nil {
			return err
		}
		summary, err := sample.Load(p.ctx, ward)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "loaded %d people in %d villages of %d wards\n", summary.People, summary.Villages,
			summary.Wards)
		return err
	})
}
