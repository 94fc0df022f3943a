package change

import (
	"canbobot/bot"
	"canbobot/bot/page/kit"
	"canbobot/models"
	"canbobot/services/change"
)

// proposalOf turns a form's answers into what the ward is asked.
func proposalOf(turn bot.Turn, answers bot.Answers, form string) change.Proposal {
	proposal := change.Proposal{Branch: kit.Number(answers["branch"]), Person: kit.Number(answers["person"]), From: kit.DayOf(answers["from"]), Note: answers["note"]}
	switch form {
	case "officer":
		newcomer, acting := change.Newcomer{Name: answers["name"], Phone: kit.Kept(answers["newphone"])}, answers["acting"] == "yes"
		proposal.Kind, proposal.Role = change.Appoint{Newcomer: newcomer, Acting: acting}, models.TermRole(answers["role"])
		if ends := kit.Number(answers["ends"]); ends != 0 {
			proposal.Kind, proposal.Term = change.Replace{Newcomer: newcomer, Acting: acting}, ends
		}
		proposal.Decision = paperOf(answers)
	case "leave":
		proposal.Kind, proposal.Term = change.Leave{Reason: answers["reason"]}, kit.Number(answers["term"])
	case "phone":
		proposal.Kind = change.Phone{Number: answers["phone"]}
	case "bank":
		proposal.Kind = change.Destination{Account: bankProposal(answers)}
	case "profile":
		proposal.Kind = change.Profile{Details: detailsOf(answers)}
	case "correct":
		correction, paper := correctionOf(answers)
		proposal.Kind, proposal.Term, proposal.Decision = change.Correct{Correction: correction}, kit.Number(answers["fixes"]), paper
	case "merge":
		proposal.Kind, proposal.Person = change.Merge{Drop: kit.Number(answers["goes_up"])}, kit.Number(answers["stays"])
	}
	return proposal
}

// answersOf is the reverse, for a request that came back to be mended.
func answersOf(proposal change.Proposal) (form string, answers bot.Answers) {
	answers = bot.Answers{"branch": kit.ID(proposal.Branch), "from": proposal.From.String()}
	orNone := func(text string) string {
		if text == "" {
			return kit.None
		}
		return text
	}
	coming := func(newcomer change.Newcomer, acting bool) {
		answers["role"], answers["name"] = string(proposal.Role), newcomer.Name
		answers["newphone"] = orNone(newcomer.Phone)
		keepPaper(answers, proposal.Decision)
		answers["acting"] = map[bool]string{true: "yes", false: "no"}[acting]
	}
	switch kind := proposal.Kind.(type) {
	case change.Appoint:
		coming(kind.Newcomer, kind.Acting)
		return "officer", answers
	case change.Replace:
		coming(kind.Newcomer, kind.Acting)
		answers["ends"] = kit.ID(proposal.Term)
		return "officer", answers
	case change.Leave:
		answers["term"], answers["reason"] = kit.ID(proposal.Term), kind.Reason
		return "leave", answers
	case change.Destination: // the number is sealed: it is asked for again
		answers = bot.Answers{"bank": kind.Account.Bank}
		answers.Fix("person", kit.ID(proposal.Person))
		return "bank", answers
	case change.Profile:
		answers = answersOfDetails(kind.Details)
		answers.Fix("person", kit.ID(proposal.Person))
		return "profile", answers
	case change.Correct:
		return "correct", answersOfCorrection(proposal, kind.Correction)
	case change.Merge:
		answers = bot.Answers{"note": proposal.Note}
		answers.Fix("stays", kit.ID(proposal.Person))
		answers.Fix("goes_up", kit.ID(kind.Drop))
		return "merge", answers
	case change.Phone:
		return "phone", bot.Answers{"person": kit.ID(proposal.Person), "phone": kind.Number}
	}
	return "", nil
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
