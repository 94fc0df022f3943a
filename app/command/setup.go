package command

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"canbobot/app/sample"
	"canbobot/config"
	"canbobot/models"
	"canbobot/services/ward"
)

type secretCommand struct{}

func (secretCommand) Help() string { return "Example: SECRET_KEY=$(canbobot secret) canbobot migrate" }

func (secretCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, config.NewSecret())
	return err
}

type versionCommand struct{}

func (versionCommand) Help() string { return "Example: canbobot version" }

// version is set when the program is built for a release.
var version string

func (versionCommand) Run(p *process) error {
	named, commit, built := version, "", runtime.Version()
	if info, ok := debug.ReadBuildInfo(); ok {
		named, built = cmp.Or(named, info.Main.Version), info.GoVersion
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision":
				commit = ", commit " + setting.Value
			case setting.Key == "vcs.modified" && setting.Value == "true":
				commit += " with changes"
			}
		}
	}
	_, err := fmt.Fprintf(p.stdout, "canbobot %s%s, migrations to %d, %s %s/%s\n", cmp.Or(named, "(devel)"), commit,
		models.Newest(), built, runtime.GOOS, runtime.GOARCH)
	return err
}

type migrateCommand struct{}

func (migrateCommand) Help() string {
	return "With MIGRATE_DATABASE_URL, as its role, which then owns the tables and lets the role of DATABASE_URL use " +
		"them.\n\nExample: DATABASE_URL=postgres://... canbobot migrate"
}

func (migrateCommand) Run(p *process) error {
	return p.writing(true).withWard(func(ward *ward.Services) error {
		if err := ward.Migrate(p.ctx); err != nil {
			return err
		}
		standing, err := ward.Store.Standing(p.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "tables are up to date (%s)\n", ward.Store.Dialect)
		if standing.Role != "" {
			fmt.Fprintf(p.stdout, "role %s serves and owns %d of them\n", standing.Role, standing.Owned)
		}
		return nil
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
	return p.writing(true).withWard(func(ward *ward.Services) error {
		if err := ward.Migrate(p.ctx); err != nil {
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
