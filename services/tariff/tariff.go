// Package tariff reads what a ward is to pay out of a sheet: a row for each role
// and organization, with the paper that it rests on. It decides nothing: the
// policies are entered by services/allowance, all or none.
package tariff

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/sheet"
)

// mostRows bounds a sheet: a ward has a handful of policies.
const mostRows = 500

// column is what a heading stands for.
type column int

const (
	colName column = iota
	colSource
	colBasis
	colDecided
	colIssuer
	colFrom
	colTo
	colOrganization
	colRole
	colAmount
	colCoefficient
	colAccrual
	colStacking
	colCap
	columnsEnd
)

// headings are the names that wards give the columns, folded.
var headings = map[string]column{
	"ten khoan": colName, "noi dung": colName, "ten chinh sach": colName, "khoan ho tro": colName,
	"nguon": colSource, "nguon tien": colSource, "nguon kinh phi": colSource,
	"can cu": colBasis, "van ban": colBasis, "so van ban": colBasis, "can cu phap ly": colBasis,
	"ngay van ban": colDecided, "ngay ky": colDecided, "ngay ban hanh": colDecided,
	"noi ban hanh": colIssuer, "co quan ban hanh": colIssuer,
	"tu ngay": colFrom, "ap dung tu": colFrom, "ap dung tu ngay": colFrom,
	"den ngay": colTo, "het ngay": colTo, "den het ngay": colTo,
	"doan the": colOrganization, "chi hoi": colOrganization, "to chuc": colOrganization,
	"chuc danh": colRole, "chuc vu": colRole, "chuc": colRole,
	"muc": colAmount, "muc ho tro": colAmount, "so tien": colAmount, "muc tien": colAmount,
	"he so":     colCoefficient,
	"cach tinh": colAccrual, "cach tinh thang le": colAccrual, "thang le": colAccrual,
	"nhieu chuc": colStacking, "kiem nhiem": colStacking,
	"toi da": colCap, "muc toi da": colCap,
}

// Fault is what is wrong with one row of a sheet, by the number that Excel shows.
type Fault struct {
	Row  int
	Code string // of a refusal invalid/<code>
}

// Read makes policies of a sheet. Rows of the same name, source, paper and days
// are one policy; a cell left empty is that of the row above. With any fault
// there are no policies. A sheet without the headings is invalid/tariff_header.
func Read(content []byte) ([]models.Policy, []Fault, error) {
	table, err := sheet.Table(content, mostRows)
	if err != nil {
		return nil, nil, err
	}
	at, start := header(table)
	if at == nil {
		return nil, nil, services.Invalid("tariff_header")
	}
	var policies []models.Policy
	var faults []Fault
	var above [columnsEnd]string
	for i := start; i < len(table); i++ {
		cells, empty := above, true
		for col, place := range at {
			if place < 0 || place >= len(table[i]) || table[i][place] == "" {
				if column(col) == colAmount || column(col) == colCoefficient || column(col) == colRole {
					cells[col] = ""
				}
				continue
			}
			cells[col], empty = table[i][place], false
		}
		if empty {
			continue
		}
		above = cells
		policy, rule, code := parse(cells)
		if code != "" {
			faults = append(faults, Fault{Row: i + 1, Code: code})
			continue
		}
		same := slices.IndexFunc(policies, func(p models.Policy) bool {
			return p.Name == policy.Name && p.Source == policy.Source && p.LegalBasis == policy.LegalBasis && p.From == policy.From && p.To == policy.To
		})
		if same < 0 {
			policies, same = append(policies, policy), len(policies)
		}
		policies[same].Rules = append(policies[same].Rules, rule)
	}
	if len(faults) > 0 {
		return nil, faults, nil
	}
	if len(policies) == 0 {
		return nil, nil, services.Invalid("tariff_header")
	}
	return policies, nil, nil
}

// header finds the row of headings among the first: where each column stands.
func header(table [][]string) (at []int, next int) {
	for i, row := range table[:min(len(table), 20)] {
		at = slices.Repeat([]int{-1}, int(columnsEnd))
		for place, cell := range row {
			if col, known := headings[strings.Join(strings.Fields(strings.Trim(models.Fold(cell), " .:()*")), " ")]; known && at[col] < 0 {
				at[col] = place
			}
		}
		if at[colRole] >= 0 && at[colFrom] >= 0 && at[colBasis] >= 0 && (at[colAmount] >= 0 || at[colCoefficient] >= 0) {
			return at, i + 1
		}
	}
	return nil, 0
}

var (
	number = regexp.MustCompile(`\d+`)
	roles  = map[string]models.TermRole{
		"cap truong": models.Head, "truong": models.Head, "chi hoi truong": models.Head, "bi thu chi doan": models.Head, "bi thu": models.Head, "truong ban": models.Head,
		"cap pho": models.Deputy, "pho": models.Deputy, "chi hoi pho": models.Deputy, "pho bi thu": models.Deputy, "pho bi thu chi doan": models.Deputy, "pho truong ban": models.Deputy,
		"uy vien": models.Member, "uy vien bch": models.Member, "uy vien ban chap hanh": models.Member, "chi uy vien": models.CellMember, "cap uy vien": models.CellMember,
	}
	organizations = []struct{ word, code string }{
		{"phu nu", "women"}, {"nong dan", "farmers"}, {"cuu chien binh", "veterans"}, {"ccb", "veterans"}, {"cao tuoi", "elderly"},
		{"chu thap do", "red_cross"}, {"mat tran", "front"}, {"chi bo", "party_cell"}, {"doan", "youth"}, {"thanh nien", "youth"},
	}
)

func parse(cells [columnsEnd]string) (policy models.Policy, rule models.PolicyRule, fault string) {
	policy = models.Policy{
		Name: cells[colName], Source: source(cells[colSource]), LegalBasis: cells[colBasis], Issuer: cells[colIssuer],
		Accrual: models.FullIfOnDay, AccrualDays: 15, Stacking: models.StackAll,
	}
	if policy.Name == "" {
		policy.Name = policy.LegalBasis
	}
	var ok [3]bool
	policy.From, ok[0] = day(cells[colFrom])
	policy.To, ok[1] = day(cells[colTo])
	policy.LegalDate, ok[2] = day(cells[colDecided])
	if ok != [3]bool{true, true, true} || policy.From.IsZero() {
		return policy, rule, "policy_dates"
	}
	if cells[colCap] != "" {
		if policy.Cap, fault = amount(cells[colCap]); fault != "" {
			return policy, rule, "policy_cap"
		}
	}
	if fault = accrual(&policy, models.Fold(cells[colAccrual])); fault != "" {
		return policy, rule, fault
	}
	if folded := models.Fold(cells[colStacking]); folded != "" {
		percent, _ := strconv.Atoi(number.FindString(folded))
		switch {
		case percent > 0:
			policy.Stacking, policy.StackingPercent = models.StackPercent, percent
		case strings.Contains(folded, "cao nhat"):
			policy.Stacking = models.StackHighest
		case !strings.Contains(folded, "het") && !strings.Contains(folded, "tat ca"):
			return policy, rule, "policy_stacking"
		}
	}
	role, known := roles[strings.Join(strings.Fields(models.Fold(cells[colRole])), " ")]
	if !known {
		return policy, rule, "policy_role"
	}
	rule.Role = role
	if rule.OrganizationCode, known = organization(cells[colOrganization]); !known {
		return policy, rule, "tariff_organization"
	}
	switch {
	case cells[colAmount] != "" && cells[colCoefficient] != "":
		return policy, rule, "policy_amount"
	case cells[colCoefficient] != "":
		factor, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(cells[colCoefficient]), ",", "."), 64)
		if err != nil || factor <= 0 || factor > 20 {
			return policy, rule, "policy_coefficient"
		}
		rule.Coefficient = int64(factor*1000 + 0.5) // what Excel keeps is a float; thousandths are not
	default:
		rule.Amount, fault = amount(cells[colAmount])
	}
	return policy, rule, fault
}

func source(cell string) string {
	folded := models.Fold(cell)
	switch {
	case strings.Contains(folded, "tinh"):
		return "province"
	case strings.Contains(folded, "phuong"), strings.Contains(folded, "thi xa"), strings.Contains(folded, "xa"):
		return "town"
	}
	return strings.TrimSpace(cell)
}

func organization(cell string) (string, bool) {
	folded := models.Fold(cell)
	if folded == "" || strings.Contains(folded, "moi") || strings.Contains(folded, "tat ca") {
		return "", true
	}
	for _, one := range organizations {
		if strings.Contains(folded, one.word) {
			return one.code, true
		}
	}
	return "", false
}

// accrual reads how a month begun in the middle counts; empty is in post on the
// 15th.
func accrual(policy *models.Policy, folded string) string {
	numbers := number.FindAllString(folded, 2)
	switch {
	case folded == "":
		return ""
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
		return "policy_accrual"
	}
	return ""
}

// amount reads whole đồng: 200000, 200.000, 200,000 đ.
func amount(cell string) (int64, string) {
	digits := strings.NewReplacer(".", "", ",", "", " ", "", "đ", "", "Đ", "").Replace(cell)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 {
		return 0, "policy_amount"
	}
	return n, ""
}

// excelEpoch is day 0 of the numbers by which Excel keeps days.
var excelEpoch = models.NewDate(1899, time.December, 30)

// day reads 01/04/2026, 2026-04-01 or the number of a day; empty is no day.
func day(cell string) (models.Date, bool) {
	if cell == "" {
		return models.Date{}, true
	}
	if serial, err := strconv.Atoi(cell); err == nil && serial > 36_500 && serial < 73_050 { // 2000 to 2099
		return excelEpoch.AddDays(serial), true
	}
	if iso, err := models.ParseDate(cell); err == nil {
		return iso, true
	}
	parts := number.FindAllString(cell, -1)
	if len(parts) != 3 {
		return models.Date{}, false
	}
	date, err := models.ParseDate(fmt.Sprintf("%04s-%02s-%02s", parts[2], parts[1], parts[0]))
	return date, err == nil
}
