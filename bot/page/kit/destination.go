package kit

import "canbobot/models"

// PaidTo says where the money of a person goes, the account by its last digits.
func (l *Lines) PaidTo(to models.Destination) {
	switch {
	case to.BankTail != "":
		l.Say("profile.bank", "bank", to.BankName, "tail", to.BankTail)
		if to.BankHolder != "" {
			l.Say("profile.holder", "name", to.BankHolder, "relation", l.kit.Say("relation."+string(to.BankRelation)))
		}
	case to.PayWay != "":
		l.Say("profile.way", "way", l.kit.Say("pay_way."+string(to.PayWay)))
	default:
		l.Say("profile.no_bank")
	}
}
