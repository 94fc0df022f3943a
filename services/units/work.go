package units

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/roster"
)

// EndReason is why a term ended whose post went with its village.
const EndReason = "unit_changed"

// work is one joining or parting under way, in one transaction.
type work struct {
	*Service
	tx    *gorm.DB
	actor services.Actor
	plan  plan

	villages []models.Village // the sources
	lives    []int            // for each name of the plan: the source that lives on under it, or -1
	branches map[int64]models.Branch
	posts    []roster.Post // all that hold on the day or after it
	ending   map[int64]bool
}

// read finds the villages, their branches and who serves there, and refuses
// what cannot be moved.
func (w *work) read() error {
	for _, id := range w.plan.sources {
		village, err := w.village(w.tx, w.actor, id, w.plan.from.AddDays(-1))
		if err != nil {
			return err
		}
		w.villages = append(w.villages, village)
	}
	for _, name := range w.plan.names {
		folded := models.Fold(name)
		w.lives = append(w.lives, slices.IndexFunc(w.villages, func(v models.Village) bool { return v.Folded == folded }))
	}
	var branches []models.Branch
	last := w.plan.from.AddDays(-1)
	err := locked(w.tx).Where("village_id IN ? AND (valid_to IS NULL OR valid_to >= ?)", w.plan.sources,
		w.plan.from).Order("id").Find(&branches).Error
	if err != nil {
		return fmt.Errorf("read branches: %w", err)
	}
	w.branches = map[int64]models.Branch{}
	var ids []int64
	for _, branch := range branches {
		if branch.ValidFrom.After(last) {
			return services.Conflict("branch_later").With("branch", branch.Name).With("from", branch.ValidFrom)
		}
		w.branches[branch.ID] = branch
		ids = append(ids, branch.ID)
	}
	if err := w.settledRequests(w.tx, ids); err != nil {
		return err
	}
	if w.posts, err = w.roster.Standing(w.tx, ids, w.plan.from); err != nil {
		return err
	}
	w.ending = map[int64]bool{}
	for _, id := range w.plan.ends {
		at := slices.IndexFunc(w.posts, func(p roster.Post) bool { return p.Term.ID == id })
		if at < 0 || w.posts[at].Term.From.After(last) {
			return services.NotFound("term")
		}
		w.ending[id] = true
	}
	return nil
}

// check tells what stands in the way, and who ends.
func (w *work) check() (Outcome, error) {
	var outcome Outcome
	type post struct {
		part         int
		organization string
		role         models.TermRole
	}
	type servant struct {
		part         int
		organization string
		person       int64
	}
	holders := map[post][]roster.Post{}
	double := map[servant][]roster.Post{}
	var order []post
	var people []servant
	for _, held := range w.posts {
		if w.ending[held.Term.ID] {
			outcome.Ends = append(outcome.Ends, held)
			continue
		}
		part, placed := w.plan.part(held.Term.ID)
		if !placed {
			outcome.Unplaced = append(outcome.Unplaced, held)
			continue
		}
		at := post{part, held.Organization.Code, held.Term.Role}
		if holders[at] == nil {
			order = append(order, at)
		}
		holders[at] = append(holders[at], held)
		who := servant{part, held.Organization.Code, held.Person.ID}
		if double[who] == nil {
			people = append(people, who)
		}
		double[who] = append(double[who], held)
	}
	for _, at := range order {
		posts := holders[at]
		if slots := roster.SlotsOf(posts[0].Organization, at.role); slots > 0 && atOnce(posts, w.plan.from) > slots {
			outcome.Clashes = append(outcome.Clashes, Clash{w.plan.names[at.part], posts[0].Organization, at.role, posts})
		}
	}
	for _, who := range people {
		if posts := double[who]; atOnce(posts, w.plan.from) > 1 {
			outcome.Clashes = append(outcome.Clashes, Clash{w.plan.names[who.part], posts[0].Organization, "", posts})
		}
	}
	return outcome, nil
}

// atOnce is how many of the terms hold on one day from the day on, at most.
func atOnce(posts []roster.Post, from models.Date) int {
	most := 0
	for _, first := range posts {
		day := first.Term.From
		if day.Before(from) {
			day = from
		}
		count := 0
		for _, other := range posts {
			if !other.Term.From.After(day) && (other.Term.To.IsZero() || !other.Term.To.Before(day)) {
				count++
			}
		}
		most = max(most, count)
	}
	return most
}

// do ends what ends, makes what comes out, and moves who goes on.
func (w *work) do(outcome *Outcome) error {
	var people []int64
	for _, post := range w.posts {
		people = append(people, post.Person.ID)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	ward := w.villages[0].WardID
	before, err := w.money.PostsOf(w.tx, ward, people)
	if err != nil {
		return err
	}
	if err := w.end(outcome); err != nil {
		return err
	}
	if err := w.make(ward, outcome); err != nil {
		return err
	}
	if err := w.move(outcome); err != nil {
		return err
	}
	after, err := w.money.PostsOf(w.tx, ward, people)
	if err != nil {
		return err
	}
	outcome.Effects, err = w.money.Compare(w.tx, ward, before, after)
	return err
}

// end closes the villages that do not live on, and their branches. The terms
// that end are closed with them, those that go on as they are moved.
func (w *work) end(outcome *Outcome) error {
	last := w.plan.from.AddDays(-1)
	for _, post := range outcome.Ends {
		if _, err := w.roster.CloseTerm(w.tx, post.Term, last, EndReason, 0); err != nil {
			return err
		}
	}
	for i, village := range w.villages {
		if slices.Contains(w.lives, i) {
			continue
		}
		village.ValidTo = last
		outcome.Ended = append(outcome.Ended, village)
		err := w.tx.Model(&models.Village{}).Where("id = ?", village.ID).Update("valid_to", last).Error
		if err == nil {
			err = w.tx.Model(&models.Branch{}).Where("village_id = ? AND valid_to IS NULL", village.ID).Update("valid_to",
				last).Error
		}
		if err != nil {
			return fmt.Errorf("end village: %w", err)
		}
	}
	return nil
}

// make makes the villages that come out, each known by the names of those it
// came from, and writes down what came from what.
func (w *work) make(ward int64, outcome *Outcome) error {
	for i, name := range w.plan.names {
		var village models.Village
		if at := w.lives[i]; at >= 0 {
			village = w.villages[at]
		} else {
			made, err := w.begin(w.tx, ward, name, w.plan.from)
			if err != nil {
				return err
			}
			made.SortOrder = w.villages[0].SortOrder
			village = made
		}
		known := splitKnown(village.KnownAs)
		for at, source := range w.villages {
			if at == w.lives[i] {
				continue
			}
			link := models.VillageLink{
				WardID: ward, PredecessorID: source.ID, SuccessorID: village.ID, Kind: w.plan.kind, From: w.plan.from,
				DecisionNumber: w.plan.decision, CreatedAt: w.clock.UTC(),
			}
			former := models.VillageName{
				WardID: ward, VillageID: village.ID, Name: source.Name, Folded: source.Folded, Until: w.plan.from.AddDays(-1),
				DecisionNumber: w.plan.decision, CreatedAt: link.CreatedAt,
			}
			err := w.tx.Create(&link).Error
			if err == nil {
				err = w.tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&former).Error
			}
			if err != nil {
				return fmt.Errorf("link villages: %w", err)
			}
			if source.Folded != village.Folded {
				known = append(known, source.Folded)
			}
			known = append(known, splitKnown(source.KnownAs)...)
		}
		slices.Sort(known)
		village.KnownAs = strings.Join(slices.Compact(known), " | ")
		err := w.tx.Model(&models.Village{}).Where("id = ?", village.ID).Updates(map[string]any{"known_as": village.KnownAs,
			"sort_order": village.SortOrder}).Error
		if err != nil {
			return fmt.Errorf("know village: %w", err)
		}
		outcome.Villages = append(outcome.Villages, village)
	}
	return nil
}

func splitKnown(known string) []string {
	if known == "" {
		return nil
	}
	return strings.Split(known, " | ")
}

// move opens each term that goes on in the branch of its part.
func (w *work) move(outcome *Outcome) error {
	type key struct {
		village      int64
		organization string
	}
	branchOf := map[key]models.Branch{}
	for _, branch := range w.branches {
		branchOf[key{branch.VillageID, branch.OrganizationCode}] = branch
	}
	// Every organization that had a branch has one in what comes out: of a part
	// where nobody serves yet, a vacancy that the ward sees.
	var codes []string
	for _, branch := range w.branches {
		codes = append(codes, branch.OrganizationCode)
	}
	slices.Sort(codes)
	for _, village := range outcome.Villages {
		for _, code := range slices.Compact(slices.Clone(codes)) {
			if _, there := branchOf[key{village.ID, code}]; there {
				continue
			}
			branch, err := w.beginBranch(w.tx, village, code, w.plan.from)
			if err != nil {
				return err
			}
			branchOf[key{village.ID, code}] = branch
		}
	}
	last := w.plan.from.AddDays(-1)
	for _, post := range w.posts {
		if w.ending[post.Term.ID] {
			continue
		}
		part, _ := w.plan.part(post.Term.ID)
		branch := branchOf[key{outcome.Villages[part].ID, post.Branch.OrganizationCode}]
		if branch.ID == post.Branch.ID {
			continue
		}
		opening := roster.NewTerm{
			Branch: branch, Person: post.Person.ID, Role: post.Term.Role, Acting: post.Term.Acting, From: w.plan.from,
			To: post.Term.To,
			Decision: roster.Decision{Number: post.Term.DecisionNumber, Date: post.Term.DecisionDate,
				Signer: post.Term.DecisionSigner},
		}
		if post.Term.From.Before(w.plan.from) {
			if _, err := w.roster.CloseTerm(w.tx, post.Term, last, EndReason, 0); err != nil {
				return err
			}
			if _, err := w.roster.OpenTerm(w.tx, opening); err != nil {
				return err
			}
		} else {
			opening.From = post.Term.From
			slot, err := w.roster.FreeSlot(w.tx, opening)
			if err != nil {
				return err
			}
			moved := post.Term
			moved.BranchID, moved.Slot = branch.ID, slot
			if _, err := w.roster.SupersedeTerm(w.tx, post.Term, moved); err != nil {
				return err
			}
		}
		outcome.Moves = append(outcome.Moves, Move{post, branch})
	}
	return nil
}
