package command

import (
	"cmp"
	"errors"
	"fmt"
	"text/tabwriter"

	"canbobot/bot/texts"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/ward"
)

type inviteCommand struct {
	Ward   string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Person int64  `help:"Id of the person in the roster." xor:"who" placeholder:"ID"`
	Phone  string `help:"Phone number in the roster." xor:"who" placeholder:"NUMBER"`
}

func (inviteCommand) Help() string {
	return "The code is printed once and kept only as a hash; it works once, for 14 days.\n\n" +
		"Example: canbobot invite --ward bac-hong-linh --phone 0912345678"
}

func (c inviteCommand) Run(p *process) error {
	if c.Person == 0 && c.Phone == "" {
		return usageError{errors.New("say who: --person ID or --phone NUMBER")}
	}
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		person := c.Person
		if c.Phone != "" {
			found, err := ward.Roster.Find(p.ctx, actor, c.Phone, 2)
			if err != nil {
				return err
			}
			if len(found) != 1 {
				return fmt.Errorf("%d people of the ward have this number; use --person ID", len(found))
			}
			person = found[0].Person.ID
		}
		code, invite, err := ward.Identity.Invite(p.ctx, actor, person)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s\nworks once, until %s\n", code, texts.Moment(invite.ExpiresAt))
		return err
	})
}

type staffCommand struct {
	Add  staffAddCommand  `cmd:"" help:"Add a ward user; prints the invite code and the secret of their code generator."`
	List staffListCommand `cmd:"" help:"List ward users."`
	Desk staffDeskCommand `cmd:"" help:"Say at which desk a ward user works."`
	Is   staffIsCommand   `cmd:"" help:"Say which officer a ward user is as well, or that they are none."`

	Invite staffInviteCommand `cmd:"" help:"Print a new invite code; with --renew also a new code generator."`
	Unlink staffUnlinkCommand `cmd:"" help:"Cut every phone of a ward user, a lost one."`

	Retire staffRetireCommand `cmd:"" help:"End what a ward user may do, and their links with it."`
}

type staffAddCommand struct {
	Ward  string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Name  string `help:"Full name." required:""`
	Role  string `help:"viewer, clerk, leader or admin." enum:"viewer,clerk,leader,admin" required:""`
	Phone string `help:"Phone number." default:""`

	Officer   int64  `help:"Id of the officer of the roster whom they are as well." xor:"who" required:"" placeholder:"ID"`
	NoOfficer bool   `help:"They are no officer." xor:"who" required:""`
	Citizen   string `help:"Citizen's number, by which two rows of one human are found; it is kept sealed." default:""`
}

func (staffAddCommand) Help() string {
	return "Nobody signs what concerns themselves, nor twice: so say which officer they are, or that they are none.\n\n" +
		`Example: canbobot staff add --ward bac-hong-linh --name "Trần Thị Lan" --role clerk --no-officer`
}

func (c staffAddCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		staff, address, code, err := ward.Identity.AddStaff(p.ctx, actor, actor.Ward, identity.NewStaff{Name: c.Name,
			Role: services.Role(c.Role), Phone: c.Phone, Officer: c.Officer, None: c.NoOfficer, Citizen: c.Citizen})
		if refusal := (*services.Error)(nil); errors.As(err, &refusal) && refusal.Code == "staff_is_officer" {
			return fmt.Errorf("the roster has person %v, %v, with this number: say --officer %[1]v", refusal.Fields["id"],
				refusal.Fields["name"])
		}
		if err != nil {
			return err
		}
		officer := "no officer"
		if staff.PersonID != nil {
			officer = fmt.Sprintf("the same human as person %d", *staff.PersonID)
		}
		if _, err := fmt.Fprintf(p.stdout, "staff %d\n%s\n", staff.ID, officer); err != nil {
			return err
		}
		return printCodes(p, code, address)
	})
}

type staffRetireCommand struct {
	ID   int64  `arg:"" help:"Id of the ward user, as staff list prints it."`
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (staffRetireCommand) Help() string {
	return "Refused while one of the ward's rules could be kept by nobody else.\n\n" +
		"Example: canbobot staff retire 7 --ward bac-hong-linh"
}

func (c staffRetireCommand) Run(p *process) error {
	return p.writing(true).inWard(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Identity.RetireStaff(p.ctx, actor, c.ID)
	})
}

type staffIsCommand struct {
	ID     int64  `arg:"" help:"Id of the ward user, as staff list prints it."`
	Ward   string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Person int64  `help:"Id of the person in the roster; none when left out." placeholder:"ID"`
}

func (staffIsCommand) Help() string {
	return "Nobody decides about themselves, under whichever row.\n\n" +
		"Example: canbobot staff is 7 --person 120 --ward bac-hong-linh"
}

func (c staffIsCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Identity.StaffIs(p.ctx, actor, c.ID, c.Person)
	})
}

type staffInviteCommand struct {
	ID    int64  `arg:"" help:"Id of the ward user, as staff list prints it."`
	Ward  string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Renew bool   `help:"The old code generator, and all that was linked with it, ends."`
}

func (staffInviteCommand) Help() string {
	return "For a new phone, and with --renew for a lost code generator.\n\n" +
		"Example: canbobot staff invite 7 --renew --ward bac-hong-linh"
}

func (c staffInviteCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		code, address, _, err := ward.Identity.InviteStaff(p.ctx, actor, c.ID, c.Renew)
		if err != nil {
			return err
		}
		return printCodes(p, code, address)
	})
}

// printCodes prints what is shown once.
func printCodes(p *process, code, generator string) error {
	if generator != "" {
		generator = "code generator " + generator + "\n"
	}
	_, err := fmt.Fprintf(p.stdout, "invite code   %s\n%sShown once. Hand it over in person.\n", code, generator)
	return err
}

type staffUnlinkCommand struct {
	ID   int64  `arg:"" help:"Id of the ward user, as staff list prints it."`
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (staffUnlinkCommand) Help() string {
	return "Example: canbobot staff unlink 7 --ward bac-hong-linh"
}

func (c staffUnlinkCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Identity.UnlinkStaff(p.ctx, actor, c.ID)
	})
}

type staffListCommand struct {
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (staffListCommand) Help() string { return "Example: canbobot staff list --ward bac-hong-linh" }

func (c staffListCommand) Run(p *process) error {
	return p.inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		all, err := ward.Identity.Staff(p.ctx, actor)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, staff := range all {
			state := "active"
			if !staff.Active {
				state = "inactive"
			}
			officer := "officer?"
			if staff.PersonID != nil {
				officer = fmt.Sprintf("person %d", *staff.PersonID)
			} else if staff.OfficerSaid {
				officer = "-"
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", staff.ID, staff.Role, cmp.Or(staff.Desk, "-"), state, officer,
				staff.Name)
		}
		return table.Flush()
	})
}

type staffDeskCommand struct {
	Ward  string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Staff int64  `help:"Id of the ward user." required:"" placeholder:"ID"`
	Desk  string `help:"front, office, culture, home or finance; none when left out." default:""`
}

func (staffDeskCommand) Help() string {
	return "Rules of approval name desks: the ward Front checks first, for one.\n\n" +
		"Example: canbobot staff desk --ward bac-hong-linh --staff 3 --desk front"
}

func (c staffDeskCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		if err := ward.Approvals.SetDesk(p.ctx, actor, c.Staff, c.Desk); err != nil {
			return ruleAdvice(err)
		}
		_, err := fmt.Fprintf(p.stdout, "staff %d is at the desk %q\n", c.Staff, c.Desk)
		return err
	})
}
