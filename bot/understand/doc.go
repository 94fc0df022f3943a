// Package understand turns what people write into what they want: Vietnamese
// with or without accents, abbreviated, mistyped, in the dialect of Nghệ-Tĩnh.
// It needs no network, gives the same answer every time, and costs some tens of
// microseconds.
//
// A text goes through these steps, a file each:
//
//	words.go     cut, fold and part into words and figures (fold.go)
//	repair.go    abbreviations, Telex and VNI left undone (syllable.go), words
//	             run together, one slip a word
//	person.go    people's names; of two, who goes and who comes (pair.go)
//	phrase.go    words to concepts, by the longest phrases of the lexicon; whether
//	             "chưa" and "không" ask or deny
//	slots.go     months, quarters and years; details.go, post.go and village.go
//	             find accounts, banks, posts and villages
//	judge.go     concepts to intents: frames say which concepts make an intent,
//	             learned.go adds what concepts and words have stood for before,
//	             rank.go turns both into a confidence and other guesses
//	guard.go     what was said that speaks against an intent, whatever experience says
//	act.go       forms that write open on telling only: not on what is denied,
//	             asked, another's or supposed; who doubts or cannot press
//	also.go      a second request in the same message
//
// Aside tells thanks, wishes and assent from what was not understood. What forms listen
// for has readers of its own: said.go, amount.go, moment.go, audience.go, policy.go.
//
// # Where a word goes
//
// What is known about words is data:
//
//   - lexicon.txt says what phrases mean. It is ordered by concept (concept.go):
//     a word goes under the concept it means, with full accents, once for each
//     thing it can mean. How it is typed without accents or with a slip needs no
//     entry. Words that mean nothing here ("ạ", "nhé", "bác") stand under
//     filler; what is not the ward's business under offtopic, or under smalltalk
//     when it may accompany a request.
//   - banks.txt lists the banks, their codes and their nicknames.
//   - spellings.txt says what abbreviations are short for ("stk", "cht").
//   - names.txt lists the words of people's names.
//   - words.txt holds plain lists of words: of posts, of organizations, of thanks.
//   - frames.txt says which concepts together make an intent. A frame is worth
//     what it explains of the sentence, so the one that accounts for most of it
//     wins; nobody writes sentences down.
//   - weights.bin holds what the labelled phrases of testdata teach beyond that.
//     Nobody edits it: "go test ./bot/understand -run TestWeights -update" makes
//     it anew, the same from the same phrases, in some seconds.
//
// To correct a misunderstanding, look at what Model.Explain prints for the
// phrase. A word read as "?" or as the wrong concept is a matter of the lexicon;
// right concepts and the wrong intent are a matter of the frames. Then add the
// phrase, and others like it, to testdata, and make the weights anew: they are
// due after any change of these files. A fifth of what stands in testdata, chosen
// by a hash, is held back: it is measured, never learned from or looked at.
// What opens no form stands in traps.tsv, what opens one in spite of a "không" in
// denials.tsv, staff's orders in clerks.tsv ("staff:" before the intent; a phrase
// of an intent that only staff have is theirs anyway).
// With FOLDS=1 before that command nothing is written: the rest is parted in
// five, each part put to what the others taught, and what was misread is told.
// Every phrase is learned in some variants too (variants_test.go).
package understand
