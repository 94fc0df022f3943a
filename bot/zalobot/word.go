package zalobot

import (
	"encoding/json"
	"strconv"
)

// word is a value that the platform writes as a string here and as a number
// there. A number keeps its digits: ids exceed what a float64 holds. What is
// neither is empty, so that a field of an unforeseen shape does not make the
// rest of an event unreadable.
type word string

// UnmarshalJSON never fails on valid JSON.
func (w *word) UnmarshalJSON(raw []byte) error {
	*w = ""
	switch raw[0] {
	case '{', '[', 'n':
		return nil
	case '"':
		return json.Unmarshal(raw, (*string)(w))
	}
	*w = word(raw)
	return nil
}

// number is 0 when the word is no number.
func (w word) number() int {
	n, _ := strconv.Atoi(string(w))
	return n
}
