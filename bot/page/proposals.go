package page

import (
	"canbobot/bot"
	"canbobot/models"
	"canbobot/services/change"
)

// proposalOf turns a form's answers into what the ward is asked.
func proposalOf(turn bot.Turn, answers bot.Answers, form string) change.Proposal {
	proposal := change.Proposal{Branch: number(answers["branch"]), From: dayOf(answers["from"])}
	switch form {
	case "officer":
		proposal.Kind, proposal.Role = models.ChangeAppoint, models.TermRole(answers["role"])
		if ends := number(answers["ends"]); ends != 0 {
			proposal.Kind, proposal.Term = models.ChangeReplace, ends
		}
		proposal.Newcomer = change.Newcomer{Name: answers["name"], Phone: kept(answers["newphone"])}
		proposal.Decision, proposal.Acting = paperOf(answers), answers["acting"] == "yes"
	case "leave":
		proposal.Kind, proposal.Term, proposal.Reason = models.ChangeLeave, number(answers["term"]), answers["reason"]
	case "phone":
		proposal.Kind, proposal.Person, proposal.Phone = models.ChangePhone, number(answers["person"]), answers["phone"]
		proposal.From = models.Date{}
	case "bank":
		proposal = change.Proposal{Kind: models.ChangeBank, Person: number(answers["person"]), Account: bankProposal(answers)}
	case "profile":
		proposal = change.Proposal{Kind: models.ChangeProfile, Person: number(answers["person"]), Details: detailsOf(answers)}
	case "correct":
		correction, paper := correctionOf(answers)
		proposal = change.Proposal{Kind: models.ChangeCorrect, Term: number(answers["fixes"]), Correction: correction, Decision: paper, Note: answers["note"]}
	case "merge":
		proposal = change.Proposal{Kind: models.ChangeMerge, Person: number(answers["stays"]), Drop: number(answers["goes_up"]), Note: answers["note"]}
	}
	return proposal
}

// answersOf is the reverse, for a request that came back to be mended.
func answersOf(proposal change.Proposal) (form string, answers bot.Answers) {
	answers = bot.Answers{"branch": id(proposal.Branch), "from": proposal.From.String()}
	orNone := func(text string) string {
		if text == "" {
			return none
		}
		return text
	}
	switch proposal.Kind {
	case models.ChangeAppoint, models.ChangeReplace:
		answers["role"], answers["name"] = string(proposal.Role), proposal.Newcomer.Name
		answers["newphone"] = orNone(proposal.Newcomer.Phone)
		keepPaper(answers, proposal.Decision)
		answers["acting"] = map[bool]string{true: "yes", false: "no"}[proposal.Acting]
		if proposal.Term != 0 {
			answers["ends"] = id(proposal.Term)
		}
		return "officer", answers
	case models.ChangeLeave:
		answers["term"], answers["reason"] = id(proposal.Term), proposal.Reason
		return "leave", answers
	case models.ChangeBank: // the number is sealed: it is asked for again
		answers = bot.Answers{"bank": proposal.Account.Bank}
		answers.Fix("person", id(proposal.Person))
		return "bank", answers
	case models.ChangeProfile:
		answers = answersOfDetails(proposal.Details)
		answers.Fix("person", id(proposal.Person))
		return "profile", answers
	case models.ChangeCorrect:
		return "correct", answersOfCorrection(proposal)
	case models.ChangeMerge:
		answers = bot.Answers{"note": proposal.Note}
		answers.Fix("stays", id(proposal.Person))
		answers.Fix("goes_up", id(proposal.Drop))
		return "merge", answers
	}
	return "phone", bot.Answers{"person": id(proposal.Person), "phone": proposal.Phone}
}

// formOf tells which form the answers belong to.
func formOf(answers bot.Answers) string {
	switch {
	case answers["account"] != "":
		return "bank"
	case answers["fixes"] != "":
		return "correct"
	case answers["stays"] != "":
		return "merge"
	case answers["wrong"] != "":
		return "profile"
	case answers["role"] != "":
		return "officer"
	case answers["term"] != "":
		return "leave"
	}
	return "phone"
}
