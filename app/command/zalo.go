package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"canbobot/app"
	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/bot/zalo"
	"canbobot/config"
	"canbobot/services"
	"canbobot/services/channels"
	"canbobot/services/ward"
)

type zaloCommand struct {
	Check    zaloCheckCommand    `cmd:"" help:"${zalo_check}"`
	Token    zaloTokenCommand    `cmd:"" help:"Put a new pair of tokens in the place of a lost one."`
	Template zaloTemplateCommand `cmd:"" help:"Approved message templates (ZBS) of a ward."`
}

type zaloCheckCommand struct {
	Request string `help:"${zalo_request}" type:"existingfile" placeholder:"FILE"`
}

func (zaloCheckCommand) Help() string {
	return "Example: canbobot zalo check\nExample: canbobot zalo check --request call.txt"
}

func (c zaloCheckCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if settings.ZaloAppID == "" {
		return usageError{errors.New("ZALO_APP_ID is not set: no Official Account is configured; docs/zalo.md tells how")}
	}
	check := &checkup{out: p.stdout}
	if c.Request != "" {
		if err := check.request(settings, c.Request); err != nil {
			return err
		}
		return check.verdict()
	}
	return p.withWard(func(ward *ward.Services) error {
		tokens := app.ZaloTokens(settings, ward, p.logger(settings))
		defer tokens.Close(p.ctx)
		check.pair(p.ctx, tokens, ward.Clock())
		check.account(p.ctx, app.ZaloChannel(settings, ward, tokens, p.logger(settings)))
		check.webhook(p.ctx, settings)
		check.troubles(p.ctx, ward)
		return check.verdict()
	})
}

// checkup prints a line a finding and remembers whether all is well.
type checkup struct {
	out  io.Writer
	ills int
}

func (c *checkup) good(format string, args ...any) {
	fmt.Fprintf(c.out, "ok    "+format+"\n", args...)
}
func (c *checkup) note(format string, args ...any) {
	fmt.Fprintf(c.out, "      "+format+"\n", args...)
}

func (c *checkup) ill(what, do string) {
	c.ills++
	fmt.Fprintf(c.out, "WRONG %s\n      %s\n", what, do)
}

func (c *checkup) verdict() error {
	if c.ills > 0 {
		return fmt.Errorf("%d of the findings above need somebody; docs/zalo.md explains each", c.ills)
	}
	return nil
}

func (c *checkup) pair(ctx context.Context, tokens *channels.Tokens, now time.Time) {
	state, err := tokens.State(ctx)
	switch {
	case errors.Is(err, channels.ErrNone):
		c.ill("there is no pair of tokens", "Set ZALO_ACCESS_TOKEN and ZALO_REFRESH_TOKEN and start serve once, or run: "+
			"canbobot zalo token")
		return
	case err != nil:
		c.ill("the tokens cannot be read: "+err.Error(), "Is DATABASE_URL right, and was canbobot migrate run?")
		return
	case state.Lost != nil:
		c.ill("the chain of tokens was lost on "+texts.Moment(*state.Lost),
			"Take a new pair from the API explorer on developers.zalo.me and run: canbobot zalo token")
	case now.After(state.Expires):
		c.ill("the access token ended on "+texts.Moment(state.Expires),
			"It is renewed while serve runs: is it running, and does it reach ZALO_OAUTH_URL?")
	default:
		c.good("tokens: generation %d, %s old, renewed from %s, ends %s", state.Generation,
			now.Sub(state.Issued).Round(time.Minute), texts.Moment(state.Due), texts.Moment(state.Expires))
	}
	if state.LeasedBy != "" {
		c.note("being renewed at this moment")
	}
	if state.FileWaits {
		c.note("an answer of Zalo waits in DATA_DIR for the database")
	}
	for _, event := range state.Events[:min(len(state.Events), 5)] {
		c.note("%s  %s  generation %d  %s", texts.Moment(event.At), event.What, event.Generation, event.Code)
	}
}

func (c *checkup) account(ctx context.Context, channel *zalo.Channel) {
	account, err := channel.Account(ctx)
	if err != nil {
		c.ill(fmt.Sprintf("Zalo does not say whose account this is: %v", err), "Fate "+string(bot.FateOf(err))+
			"; docs/zalo.md lists the codes")
		return
	}
	c.good("Official Account %s (%s)", account.ID, account.Name)
	if account.Verified {
		c.good("it is verified")
	} else {
		c.ill("the Official Account is not verified", "Verify it on oa.zalo.me: without, Zalo refuses to send (-221)")
	}
	if account.Package != "" {
		c.good("package %s", account.Package)
	} else {
		c.ill("the Official Account has no package", "Choose one on oa.zalo.me: without, Zalo refuses to send (-224)")
	}
	if account.CloudAccount {
		c.good("a Zalo Cloud Account is linked: templates can be sent")
	} else {
		c.note("no Zalo Cloud Account is linked: approved templates cannot be sent (-320); messages within seven days can")
	}
}

// webhook calls our own address as Zalo's console does when it is saved.
func (c *checkup) webhook(ctx context.Context, settings config.Config) {
	if settings.PublicURL == "" {
		c.ill("PUBLIC_URL is not set", "Zalo calls PUBLIC_URL/webhooks/zalo: set it to the https address of this service, "+
			"without a port")
		return
	}
	address := settings.PublicURL + "/webhooks/zalo"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		c.ill("PUBLIC_URL is no address", "Set it to something like https://bot.example.gov.vn")
		return
	}
	request.Header.Set("Content-Type", "application/json")
	begun := time.Now()
	response, err := (&http.Client{Timeout: 5 * time.Second}).Do(request)
	if err != nil {
		c.ill("nothing answers at "+address, "Is serve running, and does the proxy pass /webhooks/ on?")
		return
	}
	response.Body.Close()
	took := time.Since(begun).Round(time.Millisecond)
	switch {
	case response.StatusCode != http.StatusOK:
		c.ill(fmt.Sprintf("%s answers %d to Zalo's probe", address, response.StatusCode),
			"It must be 200; look at what stands before the service")
	case took > 2*time.Second:
		c.ill(fmt.Sprintf("%s took %s to answer", address, took), "Zalo waits two seconds")
	default:
		c.good("%s answers in %s", address, took)
	}
}

func (c *checkup) troubles(ctx context.Context, ward *ward.Services) {
	troubles, err := ward.Channels.Open(ctx)
	if err != nil {
		c.ill("troubles cannot be read: "+err.Error(), "Was canbobot migrate run?")
		return
	}
	for _, trouble := range troubles {
		c.ill(fmt.Sprintf("%s: %s %s since %s", trouble.Channel, trouble.Code, trouble.Detail, texts.Moment(trouble.Since)),
			"docs/zalo.md says what to do about it; it goes by itself when a message gets through")
	}
}

// request explains the signature of a saved call.
func (c *checkup) request(settings config.Config, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	header, body, err := zalo.ParseRequest(raw)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", path, err)}
	}
	found := zalo.Diagnose(zalo.Config{
		AppID: settings.ZaloAppID, AppSecret: settings.ZaloAppSecret.Reveal(), OASecret: settings.ZaloOASecret.Reveal(),
		SignedByOA: settings.ZaloSignedByOA,
	}, header, body)
	for _, note := range found.Notes {
		c.note("%s", note)
	}
	switch {
	case found.Matched:
		c.good("the signature is right")
	case len(found.Differs) == 0:
		c.ill("no combination of what is known gives this signature",
			"Copy the OA Secret Key of the app's webhook page into ZALO_OA_SECRET; was the body saved byte by byte?")
	default:
		for _, term := range found.Differs {
			c.ill("the signature was made with another "+string(term), remedies[string(term)])
		}
	}
	return nil
}

// remedies say what to do about a term of the signature that differs.
var remedies = map[string]string{
	"key": "Zalo signs with the OA Secret Key of the webhook page; ZALO_OA_SECRET holds another, perhaps the " +
		"app's secret",
	"first_term": "Set ZALO_SIGNATURE_OA_ID=true if it begins with the Official Account's id; else check ZALO_APP_ID",
	"timestamp":  "The timestamp of the header was used in the place of the body's: please report this",
	"hash":       "An HMAC was used in the place of plain SHA-256: is something between Zalo and us signing anew?",
	"body": "Something between Zalo and us changes the body (white space, line ends, order): let it pass bytes " +
		"untouched",
}

type zaloTokenCommand struct{}

func (zaloTokenCommand) Help() string {
	return "Reads two lines, the access token and the refresh token, from standard input: nothing of them is left in " +
		"the shell's history. The access token may be empty.\n\nExample: canbobot zalo token < pair.txt"
}

func (zaloTokenCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if settings.ZaloAppID == "" {
		return usageError{errors.New("ZALO_APP_ID is not set: no Official Account is configured")}
	}
	fmt.Fprintln(p.stdout, "access token:")
	lines := bufio.NewScanner(io.LimitReader(p.stdin, 64<<10))
	lines.Buffer(nil, 32<<10)
	var pair channels.Pair
	if lines.Scan() {
		pair.Access = strings.TrimSpace(lines.Text())
	}
	fmt.Fprintln(p.stdout, "refresh token:")
	if lines.Scan() {
		pair.Refresh = strings.TrimSpace(lines.Text())
	}
	if pair.Refresh == "" {
		return usageError{errors.New("the second line, the refresh token, is missing")}
	}
	return p.writing(true).withWard(func(ward *ward.Services) error {
		tokens := app.ZaloTokens(settings, ward, p.logger(settings))
		defer tokens.Close(p.ctx)
		if err := tokens.Restore(p.ctx, pair); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.stdout, "kept; every replica uses it within seconds. See: canbobot zalo check")
		return err
	})
}

type zaloTemplateCommand struct {
	Set  zaloTemplateSetCommand  `cmd:"" help:"Use a template for a kind of message."`
	End  zaloTemplateEndCommand  `cmd:"" help:"Use none for a kind of message any more."`
	List zaloTemplateListCommand `cmd:"" help:"List a ward's templates."`
}

type zaloTemplateSetCommand struct {
	Ward  string            `help:"Code of the ward." required:"" placeholder:"CODE"`
	Kind  string            `help:"notice, change_decided, case_answered or link_decided." required:""`
	ID    string            `help:"The template's number at Zalo." required:"" name:"id"`
	Field map[string]string `help:"${zalo_field}" placeholder:"PARAMETER=FIELD"`
}

func (zaloTemplateSetCommand) Help() string {
	return "Example: canbobot zalo template set --ward bac-hong-linh --kind notice --id 418234 --field ten_can_bo=ten " +
		"--field noi_dung=noi_dung:100"
}

func (c zaloTemplateSetCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		if err := ward.Channels.SetTemplate(p.ctx, actor, zalo.Name, c.Kind, c.ID, c.Field); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "%s goes by template %s where Zalo allows no message\n", c.Kind, c.ID)
		return err
	})
}

type zaloTemplateEndCommand struct {
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
	Kind string `help:"The kind of message." required:""`
}

func (zaloTemplateEndCommand) Help() string {
	return "Example: canbobot zalo template end --ward bac-hong-linh --kind notice"
}

func (c zaloTemplateEndCommand) Run(p *process) error {
	return p.writing(true).inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		return ward.Channels.EndTemplate(p.ctx, actor, zalo.Name, c.Kind)
	})
}

type zaloTemplateListCommand struct {
	Ward string `help:"Code of the ward." required:"" placeholder:"CODE"`
}

func (zaloTemplateListCommand) Help() string {
	return "Example: canbobot zalo template list --ward bac-hong-linh"
}

func (c zaloTemplateListCommand) Run(p *process) error {
	return p.inWardByCode(c.Ward, func(ward *ward.Services, actor services.Actor) error {
		templates, err := ward.Channels.Templates(p.ctx, actor)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, template := range templates {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", template.Channel, template.Kind, template.TemplateID, template.Fields)
		}
		return table.Flush()
	})
}
