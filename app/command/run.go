// Package command is the command line: a file a group of commands.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"canbobot/app"
	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/config"
	"canbobot/services"
	"canbobot/services/sheet"
	"canbobot/services/ward"
)

// Exit codes of every command.
const (
	OK     = 0
	Failed = 1
	Usage  = 2
)

// commands is the command line; each has its own file.
type commands struct {
	Demo    demoCommand    `cmd:"" help:"${demo}"`
	Serve   serveCommand   `cmd:"" help:"Serve the configured channels until stopped."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's tables up to date."`
	Sample  sampleCommand  `cmd:"" help:"The sample ward."`
	Report  reportCommand  `cmd:"" help:"Who is in post and what a month costs, by ward, organization and village."`
	Ward    wardCommand    `cmd:"" help:"Wards: begin one, list them."`
	Village villageCommand `cmd:"" help:"Villages of a ward: add, rename, join, part."`
	Branch  branchCommand  `cmd:"" help:"Branches of a village: begin, list, end."`
	Policy  policyCommand  `cmd:"" help:"What a ward pays, to whom and on what paper."`
	Results resultsCommand `cmd:"" help:"Mark a payment list by the bank's result sheet (.xlsx), all or nothing."`
	Import  importCommand  `cmd:"" help:"Bring the ward's own sheet (.xlsx) into the roster, all or nothing."`
	Export  exportCommand  `cmd:"" help:"Write the roster as a sheet in the ward's form."`
	Papers  papersCommand  `cmd:"" help:"Write a payment list to print, the bank's sheet or the cash list."`
	Verify  verifyCommand  `cmd:"" help:"Prove that a payment file is as it was handed out."`
	Intent  intentCommand  `cmd:"" help:"Say what the bot understands: a line of text in, intent and text out."`
	Invite  inviteCommand  `cmd:"" help:"Issue an invite to a person of the roster."`
	Staff   staffCommand   `cmd:"" help:"Ward users."`
	Rules   rulesCommand   `cmd:"" help:"Who proposes, who checks and who decides in a ward."`
	Zalo    zaloCommand    `cmd:"" help:"The Official Account: check it, restore its tokens, its templates."`
	Breach  breachCommand  `cmd:"" help:"The ledger of what became known that should not have."`

	Retention retentionCommand `cmd:"" help:"Say for how long what is kept, and what was removed of it."`

	Audit   auditCommand   `cmd:"" help:"The journal."`
	Key     keyCommand     `cmd:"" help:"The key to personal data: what is sealed with which, and sealing it anew."`
	Play    playCommand    `cmd:"" help:"Play a written dialogue (.chat) against the sample."`
	Version versionCommand `cmd:"" help:"Say which version this is, and what it was built of."`
	Secret  secretCommand  `cmd:"" help:"Print a new value for SECRET_KEY."`
}

// longHelp is what a tag has no room for in a line.
var longHelp = kong.Vars{
	"demo":          "Try everything on one page, with the sample of Hồng Lĩnh; no server and no token needed.",
	"eval":          "Measure on a file of intent<TAB>phrase lines: accuracy and confusion table.",
	"into":          "Name of what comes out; that of one of them where it lives on.",
	"organizations": "youth,women,farmers,veterans,party_cell",
	"papers":        "list,pdf,transfer,treasury,cash,booking",
	"paper": "Which: list and pdf are the payment list, transfer is the bank's sheet, treasury the treasury's, cash the " +
		"list to sign, booking what an accounting package imports.",
	"report_out":  "With --year: also write it to a new file, .xlsx or .png by its name.",
	"report_year": "A ward's money of this year instead: paid, failed, budget, forecast to December.",
	"results_means": "What a phrase of the bank means that is not surely an answer: paid, failed, returned, waiting. " +
		"Remembered for the ward.",
	"results_run": "Month of the payment list, as yyyy-mm; found out from the sheet when left out.",
	"roles":       "head,deputy,member,cell_member",
	"rules_file":  "YAML or JSON; - reads standard input. An empty list of rules is the default again.",
	"verify_file": "Compare with the file that AUDIT_FILE named, or a copy of it.",
	"zalo_check":  "Say whether the Official Account can send and be heard, and what to do where not.",
	"zalo_field": "Parameter of the template and what fills it: ten, noi_dung, tieu_de, phuong, ngay or lien_he, with " +
		":N to cut at N letters. Again for each.",
	"zalo_request": "A saved webhook call (header lines, an empty line, the body): says which part of the signature " +
		"differs.",
}

// process is what a command may use of the program's surroundings.
type process struct {
	ctx      context.Context
	environ  []string
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	clock    services.Clock
	exitCode int
	writes   bool // say which database it is before it is opened
}

// usageError is a mistake of who called the command: it exits with 2.
type usageError struct{ error }

// ExitCode is that of a usage mistake.
func (usageError) ExitCode() int { return Usage }

// Run runs one command and returns its exit code.
func Run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &process{ctx: ctx, environ: environ, stdin: stdin, stdout: stdout, stderr: stderr, clock: time.Now}
	var cli commands
	helped := false
	parser, err := kong.New(&cli,
		kong.Name("canbobot"),
		kong.Description("The officers' counter on the phone: a chat service for Viet Nam's wards on Zalo and Telegram.\n"+
			"\nTry it: canbobot demo\nSettings are environment variables; .env.example lists them."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(p),
		longHelp,
	)
	if err != nil {
		fmt.Fprintln(stderr, "canbobot:", err)
		return Failed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if helped {
		return OK
	}
	if err != nil {
		fmt.Fprintf(stderr, "canbobot: %v\nSee: canbobot --help\n", err)
		return Usage
	}
	if err := command.Run(p); err != nil {
		fmt.Fprintln(stderr, "canbobot:", err)
		var own interface{ ExitCode() int }
		if errors.As(err, &own) {
			return own.ExitCode()
		}
		return Failed
	}
	return p.exitCode
}

// settings reads the environment; what is missing or wrong is told at once.
func (p *process) settings() (config.Config, error) { return config.Load(p.environ) }

// logger writes to standard error, as LOG_LEVEL and LOG_FORMAT say, and of one thing
// no more than anybody reads.
func (p *process) logger(settings config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: settings.LogLevel}
	if settings.LogFormat == "json" {
		return slog.New(newCalm(slog.NewJSONHandler(p.stderr, options)))
	}
	return slog.New(newCalm(slog.NewTextHandler(p.stderr, options)))
}

// writing has the next database named on standard error before it is written.
func (p *process) writing(really bool) *process {
	writer := *p
	writer.writes = really
	return &writer
}

// withWard opens the configured database for one command. Guess limits of a
// command live in the process: nobody guesses there.
func (p *process) withWard(do func(ward *ward.Services) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if err := settings.Check(config.NeedSecret); err != nil {
		return err
	}
	if p.writes {
		fmt.Fprintln(p.stderr, "writing to", app.Database(settings))
	}
	settings.RedisURL = "" // nobody guesses in a command: its limits live in the process
	a, err := app.Open(p.ctx, settings, p.clock, p.logger(settings))
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a.Ward)
}

// words loads the texts; what is missing is told on standard error.
func (p *process) words() (*texts.Texts, error) {
	return texts.Load(func(problem string) { fmt.Fprintln(p.stderr, problem) })
}

// withUnits is withWard with refusals told in the people's words.
func (p *process) withUnits(do func(ward *ward.Services, words *texts.Texts) error) error {
	words, err := p.words()
	if err != nil {
		return err
	}
	return p.withWard(func(ward *ward.Services) error { return said(words, do(ward, words)) })
}

// inWard is withUnits in one ward, by the program itself.
func (p *process) inWard(code string, do func(ward *ward.Services, actor services.Actor) error) error {
	words, err := p.words()
	if err != nil {
		return err
	}
	return said(words, p.inWardByCode(code, do))
}

// inWardByCode is inWard with refusals told by their codes, for operators.
func (p *process) inWardByCode(code string, do func(ward *ward.Services, actor services.Actor) error) error {
	return p.withWard(func(ward *ward.Services) error {
		actor, err := actorOf(p.ctx, ward, code)
		if err != nil {
			return err
		}
		return do(ward, actor)
	})
}

// actorOf is the program itself, in the ward with this code or in the only one.
func actorOf(ctx context.Context, w *ward.Services, code string) (services.Actor, error) {
	wards, err := w.Identity.Wards(ctx)
	if err != nil {
		return services.Actor{}, err
	}
	var codes []string
	for _, ward := range wards {
		if ward.Code == code || code == "" && len(wards) == 1 {
			return services.SystemActor(ward.ID), nil
		}
		codes = append(codes, ward.Code)
	}
	problem := fmt.Errorf("no ward %q; there are: %s", code, strings.Join(codes, ", "))
	if code == "" {
		problem = fmt.Errorf("which ward? name one with --ward: %s", strings.Join(codes, ", "))
	}
	return services.Actor{}, usageError{problem}
}

// sayer lets a service that knows no words ask for them.
func sayer(words *texts.Texts) sheet.Say {
	return func(key string, fields map[string]any) string { return words.Say(key, bot.Fields(fields)) }
}

// said turns a refusal into the sentence that people read.
func said(words *texts.Texts, err error) error {
	refusal := (*services.Error)(nil)
	if !errors.As(err, &refusal) {
		return err
	}
	key := "errors." + string(refusal.Kind) + "." + refusal.Code
	if !words.Has(key) {
		return err
	}
	return errors.New(strings.TrimSpace(words.Say(key, bot.Fields(refusal.Fields))))
}
