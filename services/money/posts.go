package money

import (
	"fmt"
	"math"
	"slices"

	"gorm.io/gorm"

	"canbobot/models"
)

// PostsOf loads all posts of people of the ward, with everybody who ever held
// the same slots. Superseded terms are left out. Who holds nothing has no key.
func (s *Service) PostsOf(tx *gorm.DB, ward int64, persons []int64) (map[int64][]Post, error) {
	loaded, err := LoadPosts(tx, ward, People(persons), anyTime)
	return loaded.Posts, err
}

// who says in SQL which people are meant; column stands for %s.
type who struct {
	sql  string
	args []any
}

func People(ids []int64) who { return who{"%s IN ?", []any{ids}} }

func PeopleBetween(first, last int64) who { return who{"%s BETWEEN ? AND ?", []any{first, last}} }

// window bounds the terms that are looked at: those that hold on one of its
// days.
type window struct{ from, to models.Date }

var anyTime = window{models.NewDate(1900, 1, 1), models.NewDate(9999, 12, 31)}

func Months(first, last models.Month) window { return window{first.First(), last.Last()} }

// Roster is what one query tells of people's posts.
type Roster struct {
	Posts    map[int64][]Post
	Terms    map[int64]models.Term // own terms by id
	Branches map[int64]string      // names
}

type termRow struct {
	models.Term      `gorm:"embedded"`
	OrganizationCode string
	VillageID        int64
	BranchName       string
	Own              bool
}

// LoadPosts reads people's terms and those of whoever held the same slots, in
// one query.
func LoadPosts(tx *gorm.DB, ward int64, who who, window window) (Roster, error) {
	const columns = `t.id, t.ward_id, t.branch_id, t.person_id, t.role, t.slot, t.title, t.acting, t.from_date, t.to_date`
	const live = `superseded_at IS NULL AND %[1]s.from_date <= ? AND (%[1]s.to_date IS NULL OR %[1]s.to_date >= ?)`
	own := fmt.Sprintf(who.sql, "o.person_id")
	query := `
SELECT ` + columns + `, b.organization_code, b.village_id, b.name AS branch_name,
	` + fmt.Sprintf(who.sql, "t.person_id") + ` AS own
FROM terms t JOIN branches b ON b.id = t.branch_id
WHERE t.id IN (
	SELECT o.id FROM terms o WHERE o.ward_id = ? AND ` + own + ` AND o.` + fmt.Sprintf(live, "o") + `
	UNION
	SELECT m.id FROM terms o JOIN terms m ON m.branch_id = o.branch_id AND m.role = o.role AND m.slot = o.slot
	WHERE o.ward_id = ? AND ` + own + ` AND o.role IN ('head', 'deputy')
	AND o.` + fmt.Sprintf(live, "o") + ` AND m.` + fmt.Sprintf(live, "m") + `
)
ORDER BY t.person_id, t.from_date, t.id`
	var args []any
	args = append(args, who.args...)
	args = append(args, ward)
	args = append(args, who.args...)
	args = append(args, window.to, window.from, ward)
	args = append(args, who.args...)
	args = append(args, window.to, window.from, window.to, window.from)
	var rows []termRow
	if err := tx.Raw(query, args...).Scan(&rows).Error; err != nil {
		return Roster{}, fmt.Errorf("posts: %w", err)
	}

	bySlot := map[slotKey][]models.Term{}
	for _, row := range rows {
		key := keyOf(row.Term)
		bySlot[key] = append(bySlot[key], row.Term)
	}
	loaded := Roster{Posts: map[int64][]Post{}, Terms: map[int64]models.Term{}, Branches: map[int64]string{}}
	for _, row := range rows {
		if !row.Own {
			continue
		}
		loaded.Terms[row.ID] = row.Term
		loaded.Branches[row.BranchID] = row.BranchName
		loaded.Posts[row.PersonID] = append(loaded.Posts[row.PersonID], Post{
			Term: row.Term, OrganizationCode: row.OrganizationCode, VillageID: row.VillageID,
			SlotTerms: bySlot[keyOf(row.Term)],
		})
	}
	return loaded, nil
}

// LoadCalculus reads the ward's policies that are in force on one of the days,
// in one query, and the base salaries in another where a rule asks for them.
func LoadCalculus(tx *gorm.DB, ward int64, window window) (Calculus, error) {
	type row struct {
		models.Policy `gorm:"embedded"`
		RuleID        int64
		Role          models.TermRole
		Organization  string
		Amount        int64
		Coefficient   int64
	}
	var rows []row
	err := tx.Raw(`
SELECT p.*, r.id AS rule_id, r.role, r.organization_code AS organization, r.amount, r.coefficient
FROM policies p JOIN policy_rules r ON r.policy_id = p.id
WHERE p.ward_id = ? AND p.from_date <= ? AND (p.to_date IS NULL OR p.to_date >= ?) AND p.state IN ?
ORDER BY p.id, r.id`, ward, window.to, window.from, paying).Scan(&rows).Error
	if err != nil {
		return Calculus{}, fmt.Errorf("policies: %w", err)
	}
	var calculus Calculus
	salaries := false
	for _, row := range rows {
		if n := len(calculus.Policies); n == 0 || calculus.Policies[n-1].ID != row.Policy.ID {
			calculus.Policies = append(calculus.Policies, row.Policy)
		}
		policy := &calculus.Policies[len(calculus.Policies)-1]
		policy.Rules = append(policy.Rules, models.PolicyRule{
			ID: row.RuleID, PolicyID: row.Policy.ID, Role: row.Role, OrganizationCode: row.Organization,
			Amount: row.Amount, Coefficient: row.Coefficient,
		})
		salaries = salaries || row.Coefficient > 0
	}
	if salaries {
		if err := tx.Order("from_date").Find(&calculus.BaseSalaries).Error; err != nil {
			return Calculus{}, fmt.Errorf("base salaries: %w", err)
		}
	}
	return calculus, calculus.fill(tx, ward, window)
}

// fill adds up what the rules with a pool give everybody, where there are any.
func (c *Calculus) fill(tx *gorm.DB, ward int64, window window) error {
	if !slices.ContainsFunc(c.Policies, func(p models.Policy) bool { return p.Pool > 0 }) {
		return nil
	}
	everybody, err := LoadPosts(tx, ward, PeopleBetween(0, math.MaxInt64), window)
	if err != nil {
		return err
	}
	var posts []Post
	for _, one := range everybody.Posts {
		posts = append(posts, one...)
	}
	c.Share(posts, window.from.MonthOf(), window.to.MonthOf())
	return nil
}

// Share adds up what the rules with a pool give everybody in the months from first
// to last: posts are all of the ward's.
func (c *Calculus) Share(posts []Post, first, last models.Month) {
	c.claimed = map[poolKey]int64{}
	for month := first; month <= last; month++ {
		for _, slot := range slotsOf(posts, spanOf(month)) {
			for i := range c.Policies {
				policy := &c.Policies[i]
				if policy.Pool <= 0 {
					continue
				}
				for _, part := range c.shares(policy, slot) {
					c.claimed[poolKey{policy.ID, slot.village, month}] += part.amount
				}
			}
		}
	}
}
