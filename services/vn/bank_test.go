package vn_test

import (
	"testing"

	"canbobot/services"
	"canbobot/services/vn"
)

func TestAccountsAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"3706205123456": "3706205123456", "3706 205 123 456": "3706205123456", " 0101.000.12345 ": "010100012345",
		"12345": "", "12345678901234567890": "", "000000": "", "stk 3706205": "", "": "",
	} {
		got, err := vn.ParseAccount(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if got := vn.FormatAccount("3706205123456"); got != "3706 2051 2345 6" {
		t.Error(got)
	}
}

func TestBanks(t *testing.T) {
	for name, code := range map[string]string{"AGRIBANK": "agribank", "Nam Á Bank": "namabank", "nh tmcp quân đội": "mb",
		"bidv": "bidv"} {
		if found, err := vn.BankByName(name); err != nil || found.Code != code {
			t.Errorf("%q: %+v, %v", name, found, err)
		}
	}
	if _, err := vn.BankByName("MoMo"); services.CodeOf(err) != "bank_wallet" {
		t.Error(err)
	}
	if _, err := vn.BankByName("ngân hàng nhà tôi"); services.CodeOf(err) != "bank" {
		t.Error(err)
	}
}
