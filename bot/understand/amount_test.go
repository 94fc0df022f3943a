package understand_test

import (
	"testing"

	"canbobot/bot/understand"
)

// most is more than any ward has.
const most = 1_000_000_000_000

func TestAmountsAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]int64{
		"420 triệu": 420_000_000, "420tr": 420_000_000, "420.000.000": 420_000_000, "420,000,000 đ": 420_000_000,
		"420 000 000 đồng": 420_000_000,
		"1,2 tỷ":           1_200_000_000, "1.25 tỉ": 1_250_000_000, "1.250 triệu": 1_250_000_000, "0,5 triệu": 500_000,
		"62.050.000": 62_050_000,
		"150k":       150_000, "150 nghìn đồng": 150_000, "1.000 tỷ": most, "420000000VND": 420_000_000,
		"": 0, "đồng": 0, "triệu": 0, "-5 triệu": 0, "năm triệu": 0, "1.001 tỷ": 0, "99999999999999999999": 0, "0": 0,
		"1,2345678901 tỷ": 0, "1e9": 0, "9223372036854775807 tỷ": 0,
	} {
		if got, ok := understand.ReadAmount(text, most); ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, ok, want)
		}
	}
}

func FuzzAmount(f *testing.F) {
	f.Add("1,2 tỷ")
	f.Fuzz(func(t *testing.T, text string) {
		if amount, ok := understand.ReadAmount(text, most); ok && (amount <= 0 || amount > most) {
			t.Errorf("%q is %d", text, amount)
		}
	})
}

func TestCoefficients(t *testing.T) {
	for text, want := range map[string]int64{
		"hệ số 0,15": 150, "0,15": 150, "x1.5": 1500, "HS 1,25": 1250, "hệ số 1.500": 1500, "0.125": 125, "1,5": 1500,
		" 0,3 ": 300,
		"1.500": 0, "x1.500": 0, "12.000": 0, "0,0": 0, "420": 0, "hệ số": 0, "": 0, "0,15 triệu": 0, "100,5": 0,
	} {
		if got, ok := understand.ReadCoefficient(text); ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, ok, want)
		}
	}
}
