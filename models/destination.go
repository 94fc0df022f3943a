package models

// Way is how money reaches a person otherwise than on an account that the ward
// knows. Where one is known and no way is said, it goes there; where neither is,
// it is handed out in cash.
type Way string

const (
	WayCash Way = "cash"
	// WayVNeID is a wish: the account for social benefits that the person has in
	// VNeID. Whoever pays looks it up there; the ward does not know the number.
	WayVNeID Way = "vneid"
)

// Relation is what the holder of an account is to who is paid on it; "" where
// nobody has said.
type Relation string

const (
	HeldByThemselves Relation = "own"
	HeldBySpouse     Relation = "spouse"
	HeldByChild      Relation = "child"
	HeldByParent     Relation = "parent"
	HeldByOther      Relation = "other"
)

// Relations are all that can be said of a holder.
var Relations = []Relation{HeldByThemselves, HeldBySpouse, HeldByChild, HeldByParent, HeldByOther}

// Destination is where a person's money goes, as a row keeps it: a person's what
// holds now, a line's what was signed.
type Destination struct {
	BankName string `json:",omitempty"`
	BankTail string `json:",omitempty"` // last four digits, for showing; "" where no account is known
	// BankHash is keyed, of the whole number; empty on lists from before it was kept.
	BankHash Hash `json:",omitempty"`
	PayWay   Way  `json:",omitempty"`
	// BankHolder is another's name on the account; "" for the person's own.
	BankHolder   string   `json:",omitempty"`
	BankRelation Relation `json:",omitempty"`
}

// Named reports whether the account of a person of the name stands under another
// name, spelled as banks do or as people do.
func (d Destination) Named(holder, name string) bool {
	return Fold(holder) == Fold(d.Holder(name))
}

// Handed reports whether the money goes to no account that the ward knows.
func (d Destination) Handed() bool { return d.BankTail == "" }

// SameBut reports whether two say the same of everything but the number.
func (d Destination) SameBut(other Destination) bool {
	return d.BankName == other.BankName && d.PayWay == other.PayWay && d.BankHolder == other.BankHolder &&
		d.BankRelation == other.BankRelation
}

// Holder is the name on the account of a person of the name.
func (d Destination) Holder(name string) string {
	if d.BankHolder != "" {
		return d.BankHolder
	}
	return name
}
