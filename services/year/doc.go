// Package year adds up: who is in post on a day and what that costs, and what
// became of a year's money by month, source, organization and village, beside
// the budget and with what is still to come.
package year
