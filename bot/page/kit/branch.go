package kit

import (
	"canbobot/models"
	"canbobot/services/roster"
	"canbobot/services/vn"
)

// BranchBlock is a branch with who holds its posts and, as phone writes them, how
// to call them.
func (k Kit) BranchBlock(view roster.BranchView, phone func(person int64, e164 string) string) string {
	lines := k.Lines("")
	lines.Say("branch.head", "branch", view.Branch.Name)
	held := map[models.TermRole]bool{}
	for _, post := range view.Posts {
		held[post.Term.Role] = true
		key := "branch.post"
		if post.Term.Acting {
			key = "branch.acting"
		}
		lines.Say(key, "title", post.Term.Title, "name", post.Person.Name, "phone",
			phone(post.Person.ID, post.Person.Phone), "from", post.Term.From)
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy} {
		title := view.Organization.TitleOf(role)
		lines.SayIf(!held[role] && title != "", "branch.vacant", "title", title)
	}
	return lines.Done().Text
}

// Masked writes the end of a number.
func Masked(_ int64, e164 string) string { return OrDash(vn.MaskPhone(e164)) }
