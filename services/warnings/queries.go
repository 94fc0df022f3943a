package warnings

import (
	"canbobot/models"
	"canbobot/services/vn"
)

// Each query returns one page and, in every row, how many rows there are in
// all. The terms that hold on a day, and the branches that exist on it:
const (
	holding = `t.superseded_at IS NULL AND t.from_date <= ? AND (t.to_date IS NULL OR t.to_date >= ?)`
	exists  = `(b.valid_from IS NULL OR b.valid_from <= ?) AND (b.valid_to IS NULL OR b.valid_to >= ?)`
)

func (l look) query(kind Kind) (string, []any) {
	switch kind {
	case NoHead:
		return l.vacant("o.head_title <> ''", models.Head)
	case NoDeputy:
		return l.vacant("o.deputy_title <> '' AND o.deputies_max > 0", models.Deputy)
	case SharedBank:
		return l.shared("bank_hash", "p.bank_tail AS mark")
	case SharedPhone:
		return l.shared("phone_hash", "p.phone AS phone")
	case LandLine:
		return l.inPost("p.phone_head IN ?", l.vault.Hashes(models.PhoneHeadKind, vn.OldLandLine))
	case NeverLinked:
		return l.inPost(`NOT EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id)
			AND NOT EXISTS (SELECT 1 FROM staff s JOIN accounts a ON a.staff_id = s.id WHERE s.person_id = p.id)`)
	case LongTerm:
		return l.overdue()
	case LateChange:
		return `SELECT c.id, c.kind AS name, COALESCE(b.name, '') AS place, c.submitted_at AS since, COUNT(*) OVER () AS total
			FROM change_requests c LEFT JOIN branches b ON b.id = c.branch_id
			WHERE c.ward_id = ? AND c.state = 'submitted' AND c.submitted_at <= ?
			ORDER BY c.submitted_at, c.id`, []any{l.ward, l.late}
	case OpenCase:
		return `SELECT c.id, p.name, c.created_at AS since, COUNT(*) OVER () AS total
			FROM cases c JOIN people p ON p.id = c.person_id
			WHERE c.ward_id = ? AND c.state = 'open'
			ORDER BY c.created_at, c.id`, []any{l.ward}
	case LateTreasury:
		return `SELECT r.id, r.month AS name, r.treasury_at AS since, COUNT(*) OVER () AS total
			FROM payment_runs r WHERE r.ward_id = ? AND r.state = 'treasury' AND r.treasury_at <= ?
			ORDER BY r.month`, []any{l.ward, l.weekAgo}
	}
	// LateLink: a name of somebody unknown.
	return `SELECT k.id, k.name, k.created_at AS since, COUNT(*) OVER () AS total
		FROM link_requests k WHERE k.ward_id = ? AND k.state = 'pending' AND k.created_at <= ?
		ORDER BY k.created_at, k.id`, []any{l.ward, l.late}
}

// vacant finds branches whose organization has the post and where nobody holds
// it today.
func (l look) vacant(has string, role models.TermRole) (string, []any) {
	return `SELECT b.id, b.name, v.name AS place, COUNT(*) OVER () AS total
		FROM branches b JOIN organizations o ON o.code = b.organization_code JOIN villages v ON v.id = b.village_id
		WHERE b.ward_id = ? AND ` + has + ` AND ` + exists + `
			AND NOT EXISTS (SELECT 1 FROM terms t WHERE t.branch_id = b.id AND t.role = ? AND ` + holding + `)
		ORDER BY v.sort_order, v.id, o.sort_order, b.id`, []any{l.ward, l.today, l.today, role, l.today, l.today}
}

// shared finds the living who have a value in common with another of the ward,
// those who share it side by side.
func (l look) shared(column, tail string) (string, []any) {
	return `SELECT p.id, p.name, ` + tail + `, COUNT(*) OVER () AS total
		FROM people p
		WHERE p.ward_id = ? AND p.died_on IS NULL AND p.merged_into IS NULL AND p.` + column + ` IN (
			SELECT q.` + column + ` FROM people q
			WHERE q.ward_id = ? AND q.died_on IS NULL AND q.merged_into IS NULL AND q.` + column + ` IS NOT NULL
			GROUP BY q.` + column + ` HAVING COUNT(*) > 1)
		ORDER BY p.` + column + `, p.id`, []any{l.ward, l.ward}
}

// inPost finds people who hold a post today and match the condition, each once
// with the first of their branches.
func (l look) inPost(condition string, args ...any) (string, []any) {
	return `SELECT p.id, p.name, (
				SELECT b.name FROM terms t JOIN branches b ON b.id = t.branch_id
				WHERE t.person_id = p.id AND ` + holding + ` ORDER BY t.id LIMIT 1) AS place,
			COUNT(*) OVER () AS total
		FROM people p
		WHERE p.ward_id = ? AND p.died_on IS NULL
			AND EXISTS (SELECT 1 FROM terms t WHERE t.person_id = p.id AND ` + holding + `)
			AND ` + condition + `
		ORDER BY p.folded, p.id`, append([]any{l.today, l.today, l.ward, l.today, l.today}, args...)
}

// overdue finds terms of today that began a usual length ago or more, the
// longest first.
func (l look) overdue() (string, []any) {
	cutoff := `date(?, '-' || o.term_years || ' years')`
	if l.dialect == models.PostgreSQL {
		cutoff = `CAST(CAST(? AS date) - make_interval(years => CAST(o.term_years AS integer)) AS date)`
	}
	return `SELECT p.id, p.name, b.name AS place, t.title AS mark, t.from_date AS began, COUNT(*) OVER () AS total
		FROM terms t JOIN people p ON p.id = t.person_id JOIN branches b ON b.id = t.branch_id
			JOIN organizations o ON o.code = b.organization_code
		WHERE t.ward_id = ? AND ` + holding + ` AND o.term_years > 0 AND t.from_date <= ` + cutoff + `
		ORDER BY t.from_date, t.id`, []any{l.ward, l.today, l.today, l.today}
}
