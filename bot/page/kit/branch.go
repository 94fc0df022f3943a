package kit

import (
	"strings"

	"canbobot/models"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

func (k Kit) BranchBlock(view roster.BranchView) string {
	lines := []string{k.Say("branch.head", "branch", view.Branch.Name)}
	held := map[models.TermRole]bool{}
	for _, post := range view.Posts {
		held[post.Term.Role] = true
		key := "branch.post"
		if post.Term.Acting {
			key = "branch.acting"
		}
		lines = append(lines, k.Say(key, "title", post.Term.Title, "name", post.Person.Name,
			"phone", OrDash(vn.FormatPhone(post.Person.Phone)), "from", post.Term.From))
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy} {
		if title := view.Organization.TitleOf(role); !held[role] && title != "" {
			lines = append(lines, k.Say("branch.vacant", "title", title))
		}
	}
	return strings.Join(lines, "\n")
}
