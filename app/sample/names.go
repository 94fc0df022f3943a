package sample

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"canbobot/models"
	"canbobot/services/vault"
)

// Family names as common as they are in Hà Tĩnh, roughly: one entry a share.
var families = strings.Fields(`Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Trần Lê Lê Lê Phan
Phan Phạm Phạm
	Hoàng Hoàng Võ Bùi Đặng Đinh Hồ Thái Dương Trương Cao Lương Kiều Tống`)

var (
	womenMiddle = strings.Fields(`Thị Thị Thị Thị Thị Thị Thanh Ngọc Thu`)
	menMiddle   = strings.Fields(`Văn Văn Văn Văn Đình Hữu Xuân Quốc Đức Công Viết Sỹ`)

	olderWomen = strings.Fields(`Hoa Lan Hồng Hường Liên Bình Minh Nga Tâm Thanh Loan Hà Lý Vân Xuân Thu Mai Hiền ` +
		`Nhung Tuyết Phượng Hảo Châu Đào`)
	youngWomen = strings.Fields(`Trang Linh Huyền Thảo Thuý Hằng Ngân Quỳnh Phương Anh Giang Dung Yến Mỹ`)
	olderMen   = strings.Fields(`Hùng Dũng Thành Sơn Hải Bình Minh Long Quang Thắng Tuấn Hoà Tân Lâm Đồng Khánh Nam ` +
		`Ngọc Tiến Việt Đạt Lộc Phúc`)
	youngMen = strings.Fields(`Hiếu Đức Cường Hoàng Nhật Kiên Trung Huy Tú Anh Quân Thái Duy`)
)

// kin is what a branch's people are like.
type kin struct {
	womenPercent int
	fromYear     int // of birth
	toYear       int
}

var kinOf = map[string]kin{
	"youth":      {50, 1992, 2004},
	"women":      {100, 1964, 1990},
	"farmers":    {35, 1958, 1985},
	"veterans":   {8, 1950, 1972},
	"party_cell": {30, 1955, 1990},
}

// newPerson invents a human: name and year of birth as the branch has them,
// some without a phone, some with only a year of birth.
func (l *loader) newPerson(ward int64, code string) *models.Person {
	name, year := Invent(l.rand, code)
	person := &models.Person{WardID: ward, Name: name, Folded: models.Fold(name), BirthYear: year, Version: 1,
		CreatedAt: l.now, UpdatedAt: l.now}
	if l.rand.IntN(100) < 70 {
		person.BirthDate = models.NewDate(year, 1, 1+l.rand.IntN(365))
		person.BirthYear = person.BirthDate.Year
	}
	if l.rand.IntN(100) < 94 {
		l.givePhone(person)
	}
	if l.rand.IntN(100) < 90 {
		l.giveAccount(person)
	}
	l.people = append(l.people, person)
	return person
}

// Invent makes up a name and a year of birth as a branch of the organization has
// them.
func Invent(chance *rand.Rand, code string) (name string, born int) {
	kin := kinOf[code]
	woman := chance.IntN(100) < kin.womenPercent
	born = kin.fromYear + chance.IntN(kin.toYear-kin.fromYear+1)
	young := born >= 1988
	middle, given := menMiddle, olderMen
	switch {
	case woman && young:
		middle, given = womenMiddle, youngWomen
	case woman:
		middle, given = womenMiddle, olderWomen
	case young:
		given = youngMen
	}
	return pick(chance, families) + " " + pick(chance, middle) + " " + pick(chance, given), born
}

func pick(chance *rand.Rand, from []string) string { return from[chance.IntN(len(from))] }

// Prefixes that mobile operators use.
var mobile = strings.Fields(`91 94 97 98 96 86 35 36 38 39 70 76 78 83 84 85`)

func (l *loader) givePhone(person *models.Person) {
	for {
		number := fmt.Sprintf("+84%s%07d", pick(l.rand, mobile), l.rand.IntN(10_000_000))
		if l.phones[number] || strings.HasPrefix(number, "+843938") { // looks like the old land-line code
			continue
		}
		l.phones[number] = true
		person.Phone = number
		return
	}
}

// sharePhone gives a person the number of another: a couple with one telephone.
func sharePhone(person, with *models.Person) {
	person.Phone, person.PhoneShared = with.Phone, true
	with.PhoneShared = true
}

var banks = []string{"Agribank", "Agribank", "Agribank", "Vietcombank", "BIDV", "VietinBank"}

// giveAccount gives an account, sealed when the person has an id.
func (l *loader) giveAccount(person *models.Person) {
	number := fmt.Sprintf("3712%09d", l.rand.IntN(1_000_000_000))
	bank := pick(l.rand, banks)
	l.sealing = append(l.sealing, func() error { return giveAccount(l.ward.Vault, person, number, bank) })
}

// GiveAccount gives a person of the database a bank account, sealed, at a bank by
// chance.
func GiveAccount(v *vault.Vault, person *models.Person, number string, chance *rand.Rand) error {
	return giveAccount(v, person, number, pick(chance, banks))
}

func giveAccount(v *vault.Vault, person *models.Person, number, bank string) error {
	sealed, err := v.Seal(vault.In(models.BankAccount, person.WardID, person.ID), number)
	if err != nil {
		return err
	}
	person.BankAccount, person.BankHash = sealed, v.Hash("bank", number)
	person.BankTail, person.BankName = number[len(number)-4:], bank
	return nil
}
