package change_test

import (
	"testing"

	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
)

// A kind is known to whoever must know it: in one place of every list, to the
// rules of who signs it, and in a family that there is.
func TestEveryKindIsKnown(t *testing.T) {
	kinds := change.Kinds()
	if len(kinds) < 8 {
		t.Fatalf("%d kinds", len(kinds))
	}
	names, places := map[string]bool{}, map[int]bool{}
	for _, kind := range kinds {
		traits := kind.Traits()
		if names[traits.Name] || places[traits.Place] {
			t.Errorf("%s, place %d: taken", traits.Name, traits.Place)
		}
		names[traits.Name], places[traits.Place] = true, true
		if rule, known := approve.Known(traits.Name); !known || rule.Place != traits.Place {
			t.Errorf("the rules do not know %s", traits.Name)
		}
	}
	for _, kind := range kinds {
		if family := kind.Traits().Family; family != "" && !names[family] {
			t.Errorf("%s is of the family of %s, which is no kind", kind.Traits().Name, family)
		}
	}
}

// Requests and rules of an earlier release are read as what they were.
func TestPayloadsOfAnEarlierReleaseAreRead(t *testing.T) {
	h := newHouse(t)
	for kind, row := range map[string]struct {
		payload string
		want    func(change.Proposal) bool
	}{
		"appoint": {`{"kind":"appoint","branch":1,"role":"member","newcomer":{"name":"Võ Thị Thuý","phone":"+84987654321"},` +
			`"from":"2026-04-06","acting":true,"decision":{"Number":"12/QĐ"}}`, func(p change.Proposal) bool {
			k, is := p.Kind.(change.Appoint)
			return is && k.Acting && k.Newcomer.Name == "Võ Thị Thuý" && p.Branch == 1 && p.Role == "member" && p.From == april6
		}},
		"replace": {`{"kind":"replace","term":2,"newcomer":{"person":3},"reason":"moved"}`, func(p change.Proposal) bool {
			k, is := p.Kind.(change.Replace)
			return is && p.Term == 2 && k.Newcomer.Person == 3 && k.Reason == "moved"
		}},
		"leave": {`{"kind":"leave","term":2,"reason":"died"}`, func(p change.Proposal) bool { return p.Died() }},
		"phone": {`{"kind":"phone","person":1,"phone":"+84355000111","evidence":"4,5","note":"gấp"}`,
			func(p change.Proposal) bool {
				return p.Kind == change.Kind(change.Phone{Number: "+84355000111"}) && p.Evidence == "4,5" && p.Note == "gấp"
			}},
		"destination": {`{"kind":"bank","person":1,"account":{"bank":"agribank"}}`, func(p change.Proposal) bool {
			k, is := p.Kind.(change.Destination)
			return is && k.Account.Bank == "agribank" && p.Person == 1
		}},
		"profile": {`{"kind":"profile","person":1,"details":{"birth_date":"1971-05-02"}}`, func(p change.Proposal) bool {
			k, is := p.Kind.(change.Profile)
			return is && k.Details.BirthDate.Year == 1971
		}},
		"correct": {`{"kind":"correct","term":2,"correction":{"void":true}}`, func(p change.Proposal) bool {
			k, is := p.Kind.(change.Correct)
			return is && k.Correction.Void
		}},
		"merge": {`{"kind":"merge","person":1,"drop":2}`, func(p change.Proposal) bool {
			return p.Kind == change.Kind(change.Merge{Drop: 2})
		}},
	} {
		request := h.submit(h.admin, phoneOf(h.elder, h.number())).Request
		if err := h.store.Model(&request).Updates(map[string]any{"kind": kind, "payload": row.payload,
			"state": "withdrawn"}).Error; err != nil {
			t.Fatal(err)
		}
		card, err := h.Card(h.ctx, h.viewer, request.ID)
		if err != nil || !row.want(card.Proposal) {
			t.Errorf("%s: %+v, %v", kind, card.Proposal, err)
		}
	}
	request := h.submit(h.admin, phoneOf(h.elder, h.number())).Request
	if err := h.store.Model(&request).Update("kind", "promote").Error; err != nil {
		t.Fatal(err)
	}
	if _, err := h.Card(h.ctx, h.viewer, request.ID); services.KindOf(err) != services.KindInternal {
		t.Errorf("a kind that there is not: %v", err)
	}
}
