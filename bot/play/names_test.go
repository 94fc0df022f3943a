package play

import "testing"

const told = `officer> một
    officer< Đề nghị số 4
    | một
    | hai
    | [Duyệt]
officer> hai
    officer< Đề nghị số 4
    | một
    | hai
    | [Duyệt]
    clerk~ Đề nghị số 4
    | một
    | ba
    | [Duyệt]
officer> ba
    officer< Đề nghị số 4
    | một
    | ba
    | [Duyệt]
    officer< Đề nghị số 4
    | một
    | bốn
    | [Duyệt]
    officer< Ngắn
    | một
    officer< Ngắn
    | một
`

// A name stands for one block alone, so that a difference is seen.
func TestNamesStandForOneBlockEach(t *testing.T) {
	const want = `officer> một
    officer< Đề nghị số 4
    | một
    | hai
    | [Duyệt]
officer> hai
    officer< [as before: Đề nghị số 4]
    clerk~ Đề nghị số 4
    | một
    | ba
    | [Duyệt]
officer> ba
    officer< [as before: Đề nghị số 4 (2)]
    officer< Đề nghị số 4
    | một
    | bốn
    | [Duyệt]
    officer< Ngắn
    | một
    officer< Ngắn
    | một
`
	var n names
	short := ""
	for _, block := range blocks(told) {
		short += n.short(block)
	}
	if short != want {
		t.Errorf("named:\n%s", Difference(want, short))
	}
	if whole := Expand(short); whole != told {
		t.Errorf("expanded:\n%s", Difference(told, whole))
	}
}
