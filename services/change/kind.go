package change

import (
	"canbobot/models"
	"canbobot/services/approve"
)

func init() {
	own, staff := []string{approve.BySelf, approve.ByStaff}, []string{approve.ByStaff}
	for i, kind := range []approve.Kind{
		{Name: string(models.ChangeAppoint)}, {Name: string(models.ChangeReplace)}, {Name: string(models.ChangeLeave)}, {Name: string(models.ChangePhone)},
		{Name: string(models.ChangeBank), Proposers: own, StepUp: true}, {Name: string(models.ChangeProfile)},
		{Name: string(models.ChangeMerge), Proposers: staff}, {Name: string(models.ChangeCorrect), Proposers: staff},
	} {
		kind.Place = i
		approve.Register(kind)
	}
}
