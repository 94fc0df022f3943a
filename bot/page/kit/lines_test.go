package kit_test

import (
	"slices"
	"testing"

	"canbobot/bot/page/kit"
)

// A long list is shown in parts, and a forged button opens none that is not there.
func TestPartsOfAList(t *testing.T) {
	all := make([]int, 2*kit.Listed+1)
	for i := range all {
		all[i] = i
	}
	for _, one := range []struct {
		from  string
		shown []int
		next  int64
	}{
		{"", all[:kit.Listed], kit.Listed},
		{"8", all[8:16], 16},
		{"16", all[16:], 0},
		{"17", nil, 0},
		{"99999999999", nil, 0},
		{"-1", all[:kit.Listed], kit.Listed},
		{"x", all[:kit.Listed], kit.Listed},
	} {
		if shown, next := kit.Part(all, one.from); !slices.Equal(shown, one.shown) || next != one.next {
			t.Errorf("from %q: %v and then %d, want %v and %d", one.from, shown, next, one.shown, one.next)
		}
	}
	if next := kit.Next(8, 8, 17); next != 16 {
		t.Errorf("goes on at %d, want 16", next)
	}
	if next := kit.Next(16, 1, 17); next != 0 {
		t.Errorf("goes on at %d after its end", next)
	}
}
