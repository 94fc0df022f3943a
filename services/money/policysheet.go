package money

import (
	"context"
	_ "embed"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
)

// mostRows bounds a sheet of policies: a ward has a handful of them.
const mostRows = 500

//go:embed policysheet.txt
var policyColumns string

// policyHeadings are the names that wards give the columns of such a sheet.
var policyHeadings = sheet.NewHeadings(policyColumns)

// Fault is what is wrong with one row of a sheet, by the number that Excel shows.
type Fault struct {
	Row  int
	Code string // of a refusal invalid/<code>
}

// policyReading is a sheet of policies on its way to them.
type policyReading struct {
	columns  sheet.Columns
	above    map[string]string // the cells of the row before
	policies []models.Policy
	faults   []Fault
}

// ReadPolicies makes policies of a sheet: a row for each role and organization,
// with the paper that it rests on. Rows of the same name, source, paper and days
// are one policy; a cell left empty is that of the row above. With any fault
// there are no policies. A sheet without the headings is invalid/tariff_header.
// It decides nothing: AddPolicies says whether they can stand.
func ReadPolicies(ctx context.Context, content []byte) ([]models.Policy, []Fault, error) {
	r := policyReading{above: map[string]string{}}
	first, total := "", 0
	err := sheet.Each(ctx, content, models.Date{}, func(row sheet.Row) error {
		if first == "" {
			first = row.Sheet
		}
		if row.Sheet != first {
			return nil
		}
		if total++; total <= mostRows {
			r.row(row)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case total > mostRows:
		return nil, nil, services.Invalid("sheet_rows").With("rows", total).With("max", mostRows)
	case len(r.faults) > 0:
		return nil, r.faults, nil
	case len(r.policies) == 0:
		return nil, nil, services.Invalid("tariff_header")
	}
	return r.policies, nil, nil
}

// row reads one row: that of the headings, or one below it.
func (r *policyReading) row(row sheet.Row) {
	if r.columns == nil {
		found := policyHeadings.Find(row.Cells)
		pays := found.Has("amount") || found.Has("coefficient")
		if row.Number <= sheet.HeadingRows && pays && found.Has("role") && found.Has("from") && found.Has("basis") {
			r.columns = found
		}
		return
	}
	cells, empty := maps.Clone(r.above), true
	for column := range r.columns {
		cell := r.columns.Cell(row.Cells, column)
		if cell != "" || slices.Contains([]string{"amount", "coefficient", "role"}, column) {
			cells[column] = cell
			empty = empty && cell == ""
		}
	}
	if empty {
		return
	}
	r.above = cells
	policy, rule, err := parsePolicy(cells, row.Days)
	if refusal := (*services.Error)(nil); errors.As(err, &refusal) {
		r.faults = append(r.faults, Fault{Row: row.Number, Code: refusal.Code})
		return
	}
	same := slices.IndexFunc(r.policies, func(p models.Policy) bool {
		return p.Name == policy.Name && p.Source == policy.Source && p.LegalBasis == policy.LegalBasis &&
			p.From == policy.From && p.To == policy.To && slices.Equal(p.VillageNames, policy.VillageNames)
	})
	if same < 0 {
		r.policies, same = append(r.policies, policy), len(r.policies)
	}
	r.policies[same].Rules = append(r.policies[same].Rules, rule)
}

func parsePolicy(cells map[string]string, days sheet.Days) (policy models.Policy, rule models.PolicyRule, err error) {
	policy = models.Policy{
		Name: cells["name"], Source: sourceOf(cells["source"]), LegalBasis: cells["basis"], Issuer: cells["issuer"],
		Accrual: models.FullIfOnDay, AccrualDays: defaultDays, Stacking: models.StackAll,
	}
	if policy.Name == "" {
		policy.Name = policy.LegalBasis
	}
	for column, day := range map[string]*models.Date{"from": &policy.From, "to": &policy.To,
		"decided": &policy.LegalDate} {
		if *day, err = dayOf(cells[column], days); err != nil || column == "from" && day.IsZero() {
			return policy, rule, services.Invalid("policy_dates")
		}
	}
	if cells["cap"] != "" {
		var ok bool
		if policy.Cap, ok = sheet.Amount(cells["cap"]); !ok {
			return policy, rule, services.Invalid("policy_cap")
		}
	}
	if err = readTerms(&policy, cells); err != nil {
		return policy, rule, err
	}
	if err = readAccrual(&policy, models.Fold(cells["accrual"])); err != nil {
		return policy, rule, err
	}
	if err = readStacking(&policy, models.Fold(cells["stacking"])); err != nil {
		return policy, rule, err
	}
	rule, err = parseRule(cells)
	return policy, rule, err
}

// readTerms reads what only some policies have.
func readTerms(policy *models.Policy, cells map[string]string) error {
	if villages := cells["village"]; !everyVillage(models.Fold(villages)) {
		policy.VillageNames = villageNames(villages)
	}
	var ok bool
	if pool := cells["pool"]; pool != "" {
		if policy.Pool, ok = sheet.Amount(pool); !ok {
			return services.Invalid("policy_pool")
		}
	}
	if acting := cells["acting"]; acting != "" {
		percent, ok := ReadPercent(acting)
		if !ok || percent%100 != 0 || percent == 0 {
			return services.Invalid("policy_percent")
		}
		policy.ActingPercent = percent / 100
	}
	policy.DeductBasis = cells["deduct_basis"]
	if held := cells["deduct"]; held != "" {
		if policy.DeductPercent, policy.DeductAmount, ok = ReadDeduction(held); !ok {
			return services.Invalid("policy_deduction")
		}
	}
	return nil
}

func everyVillage(folded string) bool {
	return strings.Contains(folded, "moi") || strings.Contains(folded, "tat ca") || strings.Contains(folded, "toan")
}

var percentage = regexp.MustCompile(`^(\d{1,3})(?:[.,](\d{1,2}))? ?(?:%|phan tram)$`)

// ReadPercent reads "1,5%" as hundredths of a percent.
func ReadPercent(text string) (hundredths int, ok bool) {
	found := percentage.FindStringSubmatch(models.Fold(strings.TrimSpace(text)))
	if found == nil {
		return 0, false
	}
	whole, _ := strconv.Atoi(found[1])
	part, _ := strconv.Atoi((found[2] + "00")[:2])
	hundredths = whole*100 + part
	return hundredths, hundredths <= 10_000
}

// ReadDeduction reads what is held back: a percentage, or an amount.
func ReadDeduction(text string) (hundredths int, amount int64, ok bool) {
	if hundredths, ok = ReadPercent(text); ok {
		return hundredths, 0, hundredths > 0
	}
	amount, ok = sheet.Amount(text)
	return 0, amount, ok
}

func parseRule(cells map[string]string) (rule models.PolicyRule, err error) {
	var known bool
	if rule.Role, known = sheet.Role(cells["role"]); !known {
		return rule, services.Invalid("policy_role")
	}
	folded := models.Fold(cells["organization"])
	if folded != "" && !strings.Contains(folded, "moi") && !strings.Contains(folded, "tat ca") {
		if rule.OrganizationCode, known = sheet.Organization(folded); !known {
			return rule, services.Invalid("tariff_organization")
		}
	}
	amount, coefficient := cells["amount"], cells["coefficient"]
	switch {
	case amount != "" && coefficient != "":
		return rule, services.Invalid("policy_amount")
	case coefficient != "":
		factor, err := strconv.ParseFloat(strings.ReplaceAll(coefficient, ",", "."), 64)
		if err != nil || factor <= 0 || factor > mostCoefficient/1000 {
			return rule, services.Invalid("policy_coefficient")
		}
		rule.Coefficient = int64(factor*1000 + 0.5) // what Excel keeps is a float; thousandths are not
		return rule, nil
	}
	if rule.Amount, known = sheet.Amount(amount); !known {
		return rule, services.Invalid("policy_amount")
	}
	return rule, nil
}

// dayOf reads a day of this century; empty is no day.
func dayOf(cell string, days sheet.Days) (models.Date, error) {
	if cell == "" {
		return models.Date{}, nil
	}
	day, err := days.Any(cell)
	if err == nil && (day.Year < firstPolicy || day.Year >= firstPolicy+100) {
		err = services.Invalid("policy_dates")
	}
	return day, err
}

// firstPolicy is the year before which no policy that is paid was decided.
const firstPolicy = 2000

func sourceOf(cell string) string {
	folded := models.Fold(cell)
	switch {
	case strings.Contains(folded, "tinh"):
		return "province"
	case strings.Contains(folded, "phuong"), strings.Contains(folded, "xa"):
		return "town"
	}
	return strings.TrimSpace(cell)
}

var number = regexp.MustCompile(`\d+`)

// readAccrual reads how a month begun in the middle counts; empty is in post on
// the 15th.
func readAccrual(policy *models.Policy, folded string) error {
	numbers := number.FindAllString(folded, 2)
	switch {
	case folded == "":
	case strings.Contains(folded, "thang sau"), strings.Contains(folded, "tu ngay 01"):
		policy.Accrual, policy.AccrualDays = models.NextMonth, 0
	case strings.Contains(folded, "theo ngay"):
		policy.Accrual, policy.AccrualDays = models.ByDay, 0
	case strings.Contains(folded, "du") && len(numbers) > 0:
		policy.Accrual = models.FullFrom
		policy.AccrualDays, _ = strconv.Atoi(numbers[0])
		if len(numbers) > 1 {
			policy.AccrualPercent, _ = strconv.Atoi(numbers[1])
		}
	case strings.Contains(folded, "ngay") && len(numbers) > 0:
		policy.AccrualDays, _ = strconv.Atoi(numbers[0])
	default:
		return services.Invalid("policy_accrual")
	}
	return nil
}

// readStacking reads what several posts count for; empty is all of them.
func readStacking(policy *models.Policy, folded string) error {
	percent, _ := strconv.Atoi(number.FindString(folded))
	switch {
	case percent > 0:
		policy.Stacking, policy.StackingPercent = models.StackPercent, percent
	case strings.Contains(folded, "cao nhat"):
		policy.Stacking = models.StackHighest
	case folded == "", strings.Contains(folded, "het"), strings.Contains(folded, "tat ca"):
	default:
		return services.Invalid("policy_stacking")
	}
	return nil
}
