package change

import (
	"canbobot/models"
	"canbobot/services/approve"
)

func init() {
	own, staff := []string{approve.BySelf, approve.ByStaff}, []string{approve.ByStaff}
	for i, kind := range []approve.Kind{
		{Name: models.ChangeAppoint}, {Name: models.ChangeReplace}, {Name: models.ChangeLeave}, {Name: models.ChangePhone},
		{Name: models.ChangeBank, Proposers: own, StepUp: true}, {Name: models.ChangeProfile},
		{Name: models.ChangeMerge, Proposers: staff}, {Name: models.ChangeCorrect, Proposers: staff},
	} {
		kind.Place = i
		approve.Register(kind)
	}
}
