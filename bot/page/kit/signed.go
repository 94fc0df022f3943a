package kit

import (
	"strings"

	"canbobot/services/approve"
)

// SignerName names who signs a step.
func (k Kit) SignerName(step approve.Step) string {
	if step.Desk != "" {
		return k.Say("approval.who." + step.Desk)
	}
	return k.Say("approval.who." + step.Role)
}

// StepLines tell who has signed an item, and whom it waits for; nothing where
// one signature decides.
func (k Kit) StepLines(approval approve.Approval, waits bool) []string {
	if !approval.Several() {
		return nil
	}
	var lines []string
	for i, step := range approval.Steps {
		var names []string
		for _, signature := range step.Signed {
			if signature.For == "" {
				names = append(names, k.Say("approval.by", "name", signature.Name, "at", signature.At))
			} else {
				names = append(names, k.Say("approval.by_for", "name", signature.Name, "absent", signature.For, "at", signature.At))
			}
		}
		who := k.SignerName(step.Step)
		missing := step.People - len(step.Signed)
		switch {
		case len(names) > 0:
			if waits && missing > 0 {
				names = append(names, k.Say("approval.missing", "missing", missing))
			}
			lines = append(lines, k.Say("approval.signed", "number", i+1, "who", Capital(who), "names",
				strings.Join(names, "; ")))
		case !waits:
		case i == approval.Now && missing > 1:
			lines = append(lines, k.Say("approval.now_more", "number", i+1, "who", who, "missing", missing))
		case i == approval.Now:
			lines = append(lines, k.Say("approval.now", "number", i+1, "who", who))
		default:
			lines = append(lines, k.Say("approval.then", "number", i+1, "who", who))
		}
	}
	return lines
}

// StandInLines tell an item that one signature decides who signed it for whom,
// and the reader whom they would sign for; else as StepLines.
func (k Kit) StandInLines(approval approve.Approval, waits bool) []string {
	lines := k.StepLines(approval, waits)
	for _, step := range approval.Steps {
		for _, one := range step.Signed {
			if one.For != "" && !approval.Several() {
				lines = append(lines, k.Say("approval.by_for", "name", one.Name, "absent", one.For, "at", one.At))
			}
		}
	}
	if approval.For != "" {
		lines = append(lines, k.Say("approval.for", "name", approval.For))
	}
	return lines
}
