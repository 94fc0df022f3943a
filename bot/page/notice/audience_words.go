package notice

import (
	"canbobot/services"
	"canbobot/services/notice"
	"context"
	"strings"
)

// namedVillages is how many villages an audience is told by name.
const namedVillages = 6

// audienceWords says whom an audience means, as staff check it.
func (p *Sending) audienceWords(ctx context.Context, actor services.Actor, audience notice.Audience) (string, error) {
	directory, err := p.Notices.Audiences.Directory(ctx, actor)
	if err != nil {
		return "", err
	}
	var parts []string
	var roles []string
	for _, role := range audience.Roles {
		roles = append(roles, p.Say("term_role."+string(role)))
	}
	switch {
	case len(roles) > 0:
		parts = append(parts, strings.Join(roles, ", "))
	case len(audience.People) > 0:
		parts = append(parts, p.Say("notice.named", "people", len(audience.People)))
	case audience.Unconfirmed != 0:
		parts = append(parts, p.Say("notice.unconfirmed", "number", audience.Unconfirmed))
	case audience.Recipients != 0:
		parts = append(parts, p.Say("notice.recipients", "number", audience.Recipients))
	default:
		parts = append(parts, p.Say("notice.everyone"))
	}
	if audience.Unconfirmed != 0 && len(roles) > 0 {
		parts = append(parts, p.Say("notice.unconfirmed", "number", audience.Unconfirmed))
	}
	var organizations, villages []string
	for _, code := range audience.Organizations {
		for _, organization := range directory.Organizations {
			if organization.Code == code {
				organizations = append(organizations, organization.BranchName)
			}
		}
	}
	for _, one := range audience.Villages {
		for _, village := range directory.Villages {
			if village.ID == one {
				villages = append(villages, village.Name)
			}
		}
	}
	if len(organizations) > 0 {
		parts = append(parts, strings.Join(organizations, ", "))
	}
	switch {
	case len(villages) > namedVillages:
		parts = append(parts, p.Say("notice.villages", "count", len(villages)))
	case len(villages) > 0:
		parts = append(parts, strings.Join(villages, ", "))
	case len(audience.People) == 0 && audience.Unconfirmed == 0 && audience.Recipients == 0:
		parts = append(parts, p.Say("notice.whole_ward", "ward", directory.Ward.Kind+" "+directory.Ward.Name))
	}
	return strings.Join(parts, "; "), nil
}
