package bank

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"canbobot/models"
	"canbobot/services/vault"
	"canbobot/services/vn"
)

// Namesakes, and accounts that are alike but for a digit: a hundred thousand rows
// that name an account whole find its line or none, whatever else they share, and
// with our own reference too.
func TestNearAccountsAreNeverTaken(t *testing.T) {
	secrets, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s, chance := &Service{vault: secrets}, rand.New(rand.NewPCG(16, 2026))
	index := &book{lines: map[int64]*models.PaymentLine{}, hashes: map[string][]*models.PaymentLine{},
		tails: map[string][]*models.PaymentLine{}}
	names := []string{"Nguyễn Thị Lan", "Nguyen Thi Lan", "Trần Văn Hòa"}
	numbers := map[int64]string{}
	for id := int64(1); id <= 300; id++ {
		number := fmt.Sprintf("3712205%02d%04d", id%90, 5000+id%10)
		line := &models.PaymentLine{ID: id, Name: names[id%3], Amount: 200_000, Destination: models.Destination{
			BankTail: vn.AccountTail(number), BankHash: secrets.Hash(bankHash, number)}}
		numbers[id], index.lines[id] = number, line
		index.hashes[string(line.BankHash)] = append(index.hashes[string(line.BankHash)], line)
		index.tails[line.BankTail] = append(index.tails[line.BankTail], line)
	}
	right := 0
	for range 100_000 {
		id := 1 + chance.Int64N(300)
		number := []byte(numbers[id])
		if chance.IntN(4) > 0 {
			number[chance.IntN(len(number))] = byte('0' + chance.IntN(10))
		}
		l := line{account: string(number), name: foldName(names[chance.IntN(3)]), amount: 200_000}
		if chance.IntN(3) == 0 {
			l.ref = id
		}
		found, _ := index.find(s, l)
		for _, one := range found {
			if numbers[one.ID] != l.account {
				t.Fatalf("%s is taken for %s of line %d", l.account, numbers[one.ID], one.ID)
			}
			right++
		}
	}
	if right < 10_000 {
		t.Errorf("only %d rows found their line", right)
	}
}
