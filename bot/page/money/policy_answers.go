package money

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services"
)

// payOf reads a kept amount: đồng, or thousandths behind an x.
func payOf(kept string) (amount, coefficient int64) {
	if thousandths, is := strings.CutPrefix(kept, "x"); is {
		return 0, kit.Number(thousandths)
	}
	return kit.Number(kept), 0
}

var coefficientText = regexp.MustCompile(`^(?:he so|hs|x)? ?([0-9]{1,2})[.,]([0-9]{1,3})$`)

// readPay reads what a role is paid: an amount, or a coefficient of the base
// salary such as "hệ số 0,15".
func readPay(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	folded := strings.TrimSpace(models.Fold(input.Text))
	if input.Choice == kit.None || folded == "khong" || folded == "khong co" {
		return kit.None, nil
	}
	if parts := coefficientText.FindStringSubmatch(folded); parts != nil && (len(parts[2]) != 3 || strings.HasPrefix(folded, "he so") || strings.HasPrefix(folded, "hs") || parts[1] == "0") {
		thousandths, err := strconv.Atoi(parts[1] + (parts[2] + "000")[:3])
		if err == nil && thousandths > 0 {
			return "x" + strconv.Itoa(thousandths), nil
		}
	}
	amount, ok := kit.AmountOf(input.Text)
	if !ok {
		return "", services.Invalid("policy_amount")
	}
	return strconv.FormatInt(amount, 10), nil
}

// readCap reads an amount; a coefficient is no cap.
func readCap(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := readPay(ctx, turn, answers, input)
	if err == nil && strings.HasPrefix(kept, "x") {
		return "", services.Invalid("policy_cap")
	}
	return kept, err
}

func (p *Page) showPay(step string) func(context.Context, bot.Turn, bot.Answers) (string, error) {
	return func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
		amount, coefficient := payOf(answers[step])
		if amount == 0 && coefficient == 0 {
			return strings.ToLower(p.Say("policy_choice.none")), nil
		}
		return p.rulePays(models.PolicyRule{Amount: amount, Coefficient: coefficient}), nil
	}
}

// factor writes thousandths as people do: 0,15.
func factor(thousandths int64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d,%03d", thousandths/1000, thousandths%1000), "0"), ",")
}

var (
	onDayText  = regexp.MustCompile(`ngay (\d{1,2})`)
	fromText   = regexp.MustCompile(`du (\d{1,2})(?: ngay)?(?:.*?(\d{1,3}) ?%)?`)
	higherText = regexp.MustCompile(`(\d{1,3}) ?%`)
)

// readAccrual reads how a month counts: "có mặt ngày 10", "đủ 12 ngày, không đủ
// thì 50%", "từ tháng sau", "theo ngày".
func readAccrual(input bot.Input) (string, error) {
	folded := models.Fold(input.Text)
	if parts := fromText.FindStringSubmatch(folded); parts != nil {
		percent := parts[2]
		if percent == "" {
			percent = "0"
		}
		return "full_from " + parts[1] + " " + percent, nil
	}
	if parts := onDayText.FindStringSubmatch(folded); parts != nil {
		return "full_if_on_day " + parts[1], nil
	}
	switch {
	case strings.Contains(folded, "thang sau"):
		return "next_month", nil
	case strings.Contains(folded, "theo ngay"):
		return "by_day", nil
	}
	return "", services.Invalid("choice")
}

func readStacking(input bot.Input) (string, error) {
	folded := models.Fold(input.Text)
	switch parts := higherText.FindStringSubmatch(folded); {
	case parts != nil:
		return "highest_plus " + parts[1], nil
	case strings.Contains(folded, "cao nhat"):
		return "highest", nil
	case strings.Contains(folded, "het") || strings.Contains(folded, "tat ca"):
		return "all", nil
	}
	return "", services.Invalid("choice")
}

func accrualKept(p models.Policy) string {
	switch p.Accrual {
	case models.FullIfOnDay:
		return fmt.Sprintf("%s %d", p.Accrual, max(p.AccrualDays, 1))
	case models.FullFrom:
		return fmt.Sprintf("%s %d %d", p.Accrual, max(p.AccrualDays, 1), p.AccrualPercent)
	}
	return string(p.Accrual)
}

func stackingKept(p models.Policy) string {
	if p.Stacking == models.StackPercent {
		return fmt.Sprintf("%s %d", p.Stacking, p.StackingPercent)
	}
	return string(p.Stacking)
}

func (p *Page) showAccrual(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return p.accrualWords(policyFrom(answers)), nil
}

func (p *Page) showStacking(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	policy := policyFrom(answers)
	if policy.Stacking == models.StackPercent {
		return p.Say("policies.highest_plus", "percent", policy.StackingPercent), nil
	}
	return p.Say("policies." + string(policy.Stacking)), nil
}

func (p *Page) showSource(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return p.sourceName(answers["source"]), nil
}

func (p *Page) readDayOrNone(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	if folded := models.Fold(input.Text); input.Choice == kit.None || folded == "khong" || folded == "chua" {
		return kit.None, nil
	}
	return p.ReadDay(ctx, turn, answers, input)
}

// readLastDay reads a last day that does not come before the first.
func (p *Page) readLastDay(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := p.readDayOrNone(ctx, turn, answers, input)
	if err == nil && kept != kit.None && kit.DayOf(kept).Before(kit.DayOf(answers["from"])) {
		return "", services.Invalid("policy_dates")
	}
	return kept, err
}

func (p *Page) showDayOrNone(step string) func(context.Context, bot.Turn, bot.Answers) (string, error) {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
		if answers[step] == kit.None {
			return strings.ToLower(p.Say("policy_choice.none")), nil
		}
		return kit.ShowDayOf(step)(ctx, turn, answers)
	}
}

// monthStarts offers the first day of this month and of the next.
func (p *Page) monthStarts(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var row []bot.Button
	for _, month := range []models.Month{p.Today().MonthOf(), p.Today().MonthOf() + 1} {
		row = append(row, bot.Button{Label: p.Say("policies.from_button", "date", kit.ShortDate(month.First())), Action: bot.Choice(month.First().String())})
	}
	return [][]bot.Button{row}, nil
}

// organizationWords are what each organization is known by, folded.
var organizationWords = map[string][]string{
	"youth": {"doan", "thanh nien"}, "women": {"phu nu"}, "farmers": {"nong dan"}, "veterans": {"cuu chien binh", "ccb"},
	"elderly": {"cao tuoi"}, "red_cross": {"chu thap do"}, "front": {"mat tran"}, "party_cell": {"chi bo", "dang"},
}

// readOrganizations reads one or several organizations: "phụ nữ, nông dân".
func (p *Page) readOrganizations(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	folded := models.Fold(input.Text)
	if input.Choice == every || strings.Contains(folded, "moi") || strings.Contains(folded, "tat ca") {
		return every, nil
	}
	var codes []string
	for code, words := range organizationWords {
		for _, word := range words {
			if strings.Contains(folded, word) && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	if len(codes) == 0 {
		return "", services.Invalid("choice")
	}
	slices.Sort(codes)
	return strings.Join(codes, ","), nil
}

func (p *Page) showOrganizations(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	if answers["organizations"] == every {
		return p.Say("policies.every"), nil
	}
	var names []string
	for code := range strings.SplitSeq(answers["organizations"], ",") {
		names = append(names, p.Say("organization_short."+code))
	}
	return strings.Join(names, ", "), nil
}
